"""A release in every format, all written from the same figures."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from publication import sdmx, tables, xlsx
from publication.inputs import Labels
from publication.ledger import Release

LABELS = {"reconciliation.csv": "reconciliation", "progress.csv": "progress", "link_quality.csv": "links"}
"""Tables beside the figures: file and attribute of the labels."""


def write(release: Release, figures: pl.DataFrame, labels: Labels, folder: Path) -> None:
    """Write CSV with its data dictionary, Parquet, XLSX, SDMX and the tables beside the figures.

    The same arguments give the same bytes.

    Args:
        release: what the files name, and the moment they bear.
        figures: published rows, after disclosure control (`tables.figures`).
        labels: what explains them.
        folder: where the files go.

    Raises:
        AnsinhError: an SDMX file does not read back as it was written.
    """
    title = f"Social protection indicators of Viet Nam to {release.period}, {release.vintage}"
    tables.write(figures, folder / "indicators.csv", folder / "indicators.csv-metadata.json", title)
    tables.write_parquet(figures, folder / "indicators.parquet", title)
    xlsx.write(figures, labels, folder / "indicators.xlsx", title, release.published_at)
    sdmx.write(figures, labels, folder, release.release_id, release.published_at)
    for name, attribute in LABELS.items():
        getattr(labels, attribute).write_csv(folder / name)
