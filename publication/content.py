"""What the folder of a release holds: figures after disclosure control in all formats, pages, reasons, manifest."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import psycopg
from psycopg import sql

from ansinh.errors import AnsinhError
from publication import basis, explain, inputs, tables
from publication.basis import Basis
from publication.disclosure import FREE, PRIMARY, SECONDARY, suppress
from publication.ledger import Release
from publication.periods import Period

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Content:
    """The figures of a release and what explains them.

    Attributes:
        period: last period of the release.
        figures: the published rows, with the columns of the CSV.
        labels: names, targets, reference figures.
        facts: why each figure is what it is, by indicator; JSON types.
        sha256: of the figures.
    """

    period: Period
    figures: pl.DataFrame
    labels: inputs.Labels
    facts: dict[str, Any]
    sha256: str


def read(
    connection: psycopg.Connection, period: Period, vintage: str, settings: dict[str, Any], earlier: pl.DataFrame
) -> Content:
    """Return what a release of a period would hold now.

    Args:
        connection: as the publisher, to the database with the working figures.
        period: last period of the release.
        vintage: vintage of the figures.
        settings: those of disclosure control (`basis.settings`).
        earlier: what earlier releases showed and hid (`ledger.shown_and_hidden`).

    Raises:
        AnsinhError: the indicators have not been built, or there are no figures for the period.
    """
    observations = inputs.observations(connection, period.condition())
    if observations.filter(freq=period.freq, period=period.text).is_empty():
        known = periods(connection, period.freq)
        raise AnsinhError(
            f"There are no figures for {period.text}.",
            f"Figures exist for {known[0]} to {known[-1]}." if known else "Run ./ansinh build.",
        )
    labels = inputs.labels(connection)
    hidden = suppress(observations, labels.areas, basis.rules(settings), earlier)
    counts = _count(hidden)
    logger.info(
        "Disclosure control: %d cells free, %d below the threshold, %d hidden to protect them.",
        counts.get(FREE, 0), counts.get(PRIMARY, 0), counts.get(SECONDARY, 0),
    )  # fmt: skip
    figures = tables.figures(hidden, labels.areas, vintage)
    labels = inputs.disclosed(labels, figures)
    facts = explain.facts(connection, sorted(set(figures["indicator"])), period.text)
    return Content(period, figures, labels, facts, hashlib.sha256(figures.write_csv().encode()).hexdigest())


def periods(connection: psycopg.Connection, freq: str) -> list[str]:
    """Return the periods of a frequency for which there are working figures."""
    query = sql.SQL("select distinct period from indicators.indicator_observation where freq = {} order by 1")
    return inputs.fetch(connection, query.format(sql.Literal(freq)))["period"].to_list()


def write(release: Release, content: Content, made_from: Basis, revisions: list[dict[str, Any]], folder: Path) -> None:
    """Write every file of a release into an empty folder.

    The files depend on the arguments alone: the same ones give the same bytes, on any day and any machine.

    Args:
        release: what the files name.
        content: figures and labels.
        made_from: what the figures were made from.
        revisions: how they differ from the release before, by indicator.
        folder: where the files go.
    """
    # Formats and charts bring large libraries; nothing but a new release needs them.
    from publication import formats, site

    logger.info("Writing %s.", release.release_id)
    formats.write(release, content.figures, content.labels, folder)
    tables.write_json(content.facts, folder / "explain.json")
    threshold = made_from.settings["disclosure_threshold"]
    site.write(release, content.figures, content.labels, threshold, revisions, content.facts, folder)
    counts = _count(content.figures)
    manifest = {
        "release_id": release.release_id,
        "period": release.period,
        "vintage": release.vintage,
        "published_at": release.published_at.isoformat(timespec="seconds"),
        "content_sha256": release.content_sha256,
        "observations": content.figures.height,
        "suppressed": {"primary": counts.get(PRIMARY, 0), "secondary": counts.get(SECONDARY, 0)},
        "made_from": made_from.as_json(),
        "revisions": revisions,
        "files": [
            {"path": name, "bytes": path.stat().st_size, "sha256": tables.sha256(path)}
            for name, path in files(folder).items()
        ],
    }
    tables.write_json(manifest, folder / "manifest.json")


def files(folder: Path) -> dict[str, Path]:
    """Return the files in a folder of a release by their names in it."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path for path in found}


def _count(figures: pl.DataFrame) -> dict[str, int]:
    return dict(figures["conf_status"].value_counts().iter_rows())
