"""The website of a release: an overview and a page per indicator, in English and Vietnamese, as plain files.

`index.html` and `index.vi.html` stand in the release's folder, everything else in `site/`. The pages need neither a
network nor scripts, and the same figures always make the same bytes.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2
import polars as pl

from publication.inputs import Labels
from publication.site import indicator, overview
from publication.site.subject import Subject, of_release
from publication.texts import LANGUAGES, Words

if TYPE_CHECKING:
    from publication.ledger import Release

FOLDER = "site"
PAGES = {"en": "index.html", "vi": "index.vi.html"}
_HERE = Path(__file__).parent


def page_of(code: str, language: str) -> str:
    """Return the file name of an indicator's page in `site/`."""
    return f"{code.lower()}.html" if language == "en" else f"{code.lower()}.{language}.html"


def write(
    release: Release, figures: pl.DataFrame, labels: Labels, threshold: int, revisions: list[dict[str, Any]],
    facts: dict[str, Any], folder: Path,
) -> None:  # fmt: skip
    """Write the website of a release beside its other files, which it lists as downloads.

    Args:
        release: what is published.
        figures: the published figures, after disclosure control, with the columns of `tables.COLUMNS`.
        labels: catalogue, targets, progress and all else that explains the figures.
        threshold: persons below which a cell is suppressed.
        revisions: how the figures of each indicator differ from the release before (`revision.of`).
        facts: why each figure is what it is, by indicator (`explain.facts`).
        folder: the release's folder, with all its other files.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE / "templates"),
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined,
    )  # fmt: skip
    subjects = of_release(figures, labels, release.period[:4])
    files = sorted({path.name for path in folder.iterdir() if path.is_file()} | {"manifest.json"})
    site = folder / FOLDER
    site.mkdir()
    shutil.copyfile(_HERE / "templates" / "style.css", site / "style.css")
    for subject in subjects:
        subject.figures.write_csv(site / f"{subject.slug}.csv")
    for language in LANGUAGES:
        words = Words(language)
        shared = _shared(release, labels, threshold, words) | {"files": [(name, words.file(name)) for name in files]}
        page = environment.get_template("overview.html.j2")
        shown = overview.context(subjects, labels, words) | shared | {
            "root": "", "site": f"{FOLDER}/", "here": PAGES[language], "there": PAGES[words.other],
        }  # fmt: skip
        (folder / PAGES[language]).write_text(page.render(shown), encoding="utf-8")
        page = environment.get_template("indicator.html.j2")
        for subject in subjects:
            shown = indicator.context(subject, revisions, facts, words) | shared | _place(subject, words)
            (site / page_of(subject.code, language)).write_text(page.render(shown), encoding="utf-8")


def _place(subject: Subject, words: Words) -> dict[str, str]:
    return {
        "root": "../", "site": "", "here": page_of(subject.code, words.language),
        "there": page_of(subject.code, words.other),
    }  # fmt: skip


def _shared(release: Release, labels: Labels, threshold: int, words: Words) -> dict[str, Any]:
    return {
        "t": words,
        "language": words.language,
        "other": words.other,
        "release": release,
        "release_period": words.period(release.period),
        "vintage": words(release.vintage),
        "published_on": words.day(release.published_at),
        "overview_page": PAGES[words.language],
        "page_of": page_of,
        "synthetic": any("synthetic" in row["source"].lower() for row in labels.sources.iter_rows(named=True)),
        "notes": words.footnotes(threshold=threshold),
    }
