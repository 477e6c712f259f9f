"""Data Docs: the newest validation of every suite as pages, built by Great Expectations' own site builder.

The gates run in memory and keep their documents in `quality.validation`. Here they go into a file context under
`<home>/data-docs`, which renders them. The pages ask other hosts for style sheets and scripts; these are taken out
and replaced by a small style sheet and script of ours, so that the site works without a network.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import re
import shutil
from collections import Counter
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ansinh.database import Role, connect
from ansinh.settings import get_settings
from expectations import results
from expectations.judge import quieten

if TYPE_CHECKING:
    from great_expectations.data_context.data_context.file_data_context import FileDataContext

_log = logging.getLogger(__name__)

_REMOTE = re.compile(
    r"<link[^>]*href=\"https?://[^>]*>|<script[^>]*src=\"https?://[^>]*>\s*</script>|<img[^>]*src=\"https?://[^>]*>"
    r"|<footer>.*?</footer>|background: url\('https?://[^;]*;",
    re.DOTALL,
)


_NEWEST = "select suite, expectations, result, validated_at from quality.validation order by suite"
_SITE: Any = {
    "class_name": "SiteBuilder",
    "show_how_to_buttons": False,
    "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": "../site/"},
    "site_index_builder": {"class_name": "DefaultSiteIndexBuilder", "show_cta_footer": False},
}


def index() -> Path:
    """Return the first page of the site, whether it has been built yet or not."""
    return get_settings().home / "data-docs" / "site" / "index.html"


def build() -> Path:
    """Build the site from the newest result of every suite and return its first page.

    The new site takes the place of the old one when it is whole.
    """
    quieten()
    import great_expectations as gx

    folder = index().parents[1]
    scratch = folder.with_name(f".{folder.name}.new")
    with connect(Role.CHECKER) as connection:
        results.lock(connection, "data docs")
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(parents=True)
        context = gx.get_context(mode="file", project_root_dir=scratch)
        context.enable_analytics(False)
        context.delete_data_docs_site("local_site")
        context.add_data_docs_site("An Sinh", _SITE)
        rows = connection.execute(_NEWEST).fetchall()
        for row in rows:
            _add(context, *row)
        context.build_data_docs()
        _make_local(scratch / "site")
        shutil.rmtree(folder, ignore_errors=True)
        scratch.rename(folder)
    _log.info("Data Docs of %d suites: %s", len(rows), index())
    return index()


def _add(
    context: FileDataContext, name: str, expectations: dict[str, Any], result: dict[str, Any], at: dt.datetime
) -> None:
    from great_expectations import ExpectationSuite
    from great_expectations.core.expectation_validation_result import ExpectationSuiteValidationResultSchema
    from great_expectations.core.run_identifier import RunIdentifier
    from great_expectations.data_context.types.resource_identifiers import (
        ExpectationSuiteIdentifier,
        ValidationResultIdentifier,
    )

    for one in (*expectations["expectations"], *(entry["expectation_config"] for entry in result["results"])):
        # The pages show the sentence only, so the severity goes into it.
        one["description"] = f"{one['severity'].capitalize()}: {one['description']}"
    context.suites.add(ExpectationSuite(**expectations))
    failed = Counter(entry["expectation_config"]["severity"] for entry in result["results"] if not entry["success"])
    key = ValidationResultIdentifier(
        expectation_suite_identifier=ExpectationSuiteIdentifier(name),
        run_id=RunIdentifier(run_name=f"{failed['critical']} critical, {failed['warning']} warnings", run_time=at),
        batch_identifier=name,
    )
    context.validation_results_store.set(key, ExpectationSuiteValidationResultSchema().loads(json.dumps(result)))


def _make_local(site: Path) -> None:
    assets = resources.files("expectations.site")
    style, script = (assets.joinpath(name).read_text("utf-8") for name in ("site.css", "site.js"))
    for page in site.rglob("*.html"):
        text = _REMOTE.sub("", page.read_text("utf-8"))
        text = text.replace("</head>", f"<style>{style}</style><script>{script}</script></head>", 1)
        page.write_text(text, "utf-8")
