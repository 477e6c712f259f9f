"""Releases of national figures in a few small files, for tests of what happens to a release; formats have their own."""

from __future__ import annotations

import shutil
from functools import lru_cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from ansinh.database import Role, connect
from ansinh.settings import get_settings
from publication import formats, site, tables
from publication.settings import get_settings as release_settings
from tests.publication import country, country_labels

LAST = "2025-12"


@lru_cache(maxsize=1)
def figures() -> pl.DataFrame:
    """National figures of June to December 2025, with quarters and the year."""
    return country.observations(60_000, "2025-06", LAST).filter(area="VN", area_list="34")


def found(patch: pytest.MonkeyPatch) -> None:
    """Load the figures into an empty warehouse without releases, and keep them small."""
    for folder in (get_settings().releases_dir, get_settings().prepared_dir):
        shutil.rmtree(folder, ignore_errors=True)
    country_labels.load(figures())
    keep_small(patch)


def keep_small(patch: pytest.MonkeyPatch) -> None:
    """Let releases consist of a CSV and a page only."""
    patch.setattr(formats, "write", _write_csv)
    patch.setattr(site, "write", _write_page)


def set_release(patch: pytest.MonkeyPatch, **settings: str) -> None:
    """Set settings of the publication for a test."""
    for name, value in settings.items():
        patch.setenv(f"ANSINH_RELEASE_{name.upper()}", value)
    release_settings.cache_clear()


def change(indicator: str = "HI_COV", period: str = LAST, by: int = 7) -> None:
    """Move the national total of one figure by a number of persons."""
    with connect(Role.TRANSFORMER) as connection:
        connection.execute(
            """update indicators.indicator_observation
            set numerator = numerator + %(by)s, value = round(100 * (numerator + %(by)s) / denominator, 4)
            where (indicator, period, sex, age, breakdown) = (%(indicator)s, %(period)s, '_T', '_T', '_T')""",
            {"by": by, "indicator": indicator, "period": period},
        )


def deliver(batch_id: str, revision: int = 1) -> None:
    """Note in the ledger that a revision of a batch is loaded and in the figures."""
    registry, dataset, period = batch_id.split(".")
    with connect(Role.LOADER) as connection:
        connection.execute(
            """insert into ingest.batch (batch_id, registry, dataset, period, state, revision, sha256, landing_path,
                contract_version, code_version, loaded_at)
            values (%s, %s, %s, %s, 'loaded', %s, 'aa', 'x', '1', '1', now())
            on conflict (batch_id) do update set revision = excluded.revision""",
            [batch_id, registry, dataset, period, revision],
        )
    with connect(Role.TRANSFORMER) as connection:
        connection.execute(
            """insert into ingest.consumption values ('warehouse', %s, %s)
            on conflict (consumer, batch_id) do update set revision = excluded.revision""",
            [batch_id, revision],
        )


def _write_csv(release: Any, published: pl.DataFrame, labels: Any, folder: Path) -> None:
    tables.write(published, folder / "indicators.csv", folder / "indicators.csv-metadata.json", release.release_id)


def _write_page(
    release: Any, published: pl.DataFrame, labels: Any, threshold: int, revisions: Any, facts: Any, folder: Path
) -> None:
    (folder / "index.html").write_text(f"{release.release_id} {release.published_at}", encoding="utf-8")
