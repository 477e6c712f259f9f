"""Releases: immutable, numbered folders of published figures, recorded in the database.

A release is `<period>-<vintage>-<number>`; the numbers of a period and vintage start at 1, grow by one and are never
used again. Its folder is written under another name and gets its own in the transaction that records it, just before
the commit: a recorded release is whole, and what a crash leaves is cleared away by the next publication.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import psycopg
from psycopg import sql

from ansinh.database import Role, connect
from ansinh.errors import AnsinhError
from ansinh.months import parse_month
from ansinh.settings import get_settings
from publication import inputs, tables
from publication.disclosure import FREE, PRIMARY, SECONDARY, suppress

VINTAGES = ("estimate", "preliminary", "official")

logger = logging.getLogger(__name__)

# One publication at a time: an advisory lock of this number, held to the end of the transaction.
_LOCK = 7_202_541
_VIETNAM = dt.timezone(dt.timedelta(hours=7))
_COLUMNS = "release_id, period, vintage, content_sha256, path, published_at"
_OBSERVATION = (
    "indicator", "period", "area_list", "area", "sex", "age", "numerator", "denominator", "value", "unit",
    "denominator_concept", "obs_status", "conf_status",
)  # fmt: skip


@dataclass(frozen=True)
class Release:
    """A published release; `new` tells whether this call made it."""

    release_id: str
    period: str
    vintage: str
    content_sha256: str
    path: Path
    published_at: dt.datetime
    new: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return the release as JSON types."""
        return {
            "release_id": self.release_id,
            "period": self.period,
            "vintage": self.vintage,
            "published_at": self.published_at.isoformat(timespec="seconds"),
            "content_sha256": self.content_sha256,
            "path": str(self.path),
        }


def publish(period: str, vintage: str = "preliminary") -> Release:
    """Publish the figures of all months up to a period; unchanged figures return the release that has them.

    Args:
        period: last month of the release, `YYYY-MM`.
        vintage: `estimate`, `preliminary` or `official`.

    Raises:
        AnsinhError: no figures for the period, an unknown vintage, another vintage than `official` after the official
            figures, or a file that does not read back.
    """
    parse_month(period)
    if vintage not in VINTAGES:
        raise AnsinhError(f"'{vintage}' is not a vintage.", f"Choose one of {', '.join(VINTAGES)}.")
    settings = get_settings()
    settings.releases_dir.mkdir(parents=True, exist_ok=True)
    with connect(Role.PUBLISHER) as connection:
        connection.execute("select pg_advisory_xact_lock(%s)", [_LOCK])
        if vintage != "official" and (official := _of(connection, period, "official")):
            raise AnsinhError(
                f"{official[0].release_id} is official; {period} gets no {vintage} release any more.",
                f"Publish a correction with --period {period} --vintage official.",
            )
        _remove_leftovers(settings.releases_dir)
        observations, labels = _read(connection, period)
        hidden = suppress(observations, labels.areas, settings.disclosure_threshold)
        _log_suppression(hidden)
        figures = tables.figures(hidden, labels.areas, vintage)
        earlier = _of(connection, period, vintage)
        scratch = settings.releases_dir / f".{period}-{vintage}.{os.getpid()}"
        scratch.mkdir()
        try:
            tables.write(
                figures, scratch / "indicators.csv", scratch / "indicators.csv-metadata.json",
                f"Social protection indicators of Viet Nam to {period}, {vintage}",
            )  # fmt: skip
            content = tables.sha256(scratch / "indicators.csv")
            if earlier and earlier[0].content_sha256 == content:
                logger.info("The figures are those of %s; nothing to publish.", earlier[0].release_id)
                return earlier[0]
            release_id = f"{period}-{vintage}-{len(earlier) + 1}"
            release = Release(
                release_id, period, vintage, content, settings.releases_dir / release_id,
                dt.datetime.now(_VIETNAM), new=True,
            )  # fmt: skip
            _write(release, figures, labels, scratch)
            _record(connection, release, hidden, scratch)
            _set_aside(release.path)
            scratch.rename(release.path)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    logger.info("Published %s: %d observations.", release_id, hidden.height)
    return release


def list_releases() -> list[Release]:
    """Return all releases, newest first."""
    with connect(Role.PUBLISHER) as connection:
        return _select(connection, sql.SQL("true"))


def show(release_id: str) -> dict[str, Any]:
    """Return a release with its files, and whether each file still is what was published.

    Raises:
        AnsinhError: there is no such release.
    """
    with connect(Role.PUBLISHER) as connection:
        found = _select(connection, sql.SQL("release_id = {}").format(sql.Literal(release_id)))
        if not found:
            known = ", ".join(release.release_id for release in _select(connection, sql.SQL("true"))[:5])
            raise AnsinhError(
                f"There is no release {release_id}.", f"Known: {known}." if known else "Run ./ansinh publish."
            )
        files = connection.execute(
            "select path, sha256, bytes from release.file where release_id = %s order by path", [release_id]
        ).fetchall()
        counts = connection.execute(
            "select conf_status, count(*) from release.observation where release_id = %s group by 1 order by 1",
            [release_id],
        ).fetchall()
    folder = found[0].path
    return found[0].as_json() | {
        "observations": sum(count for _, count in counts),
        "suppressed": sum(count for status, count in counts if status != FREE),
        "files": [
            {"path": path, "sha256": digest, "bytes": size, "intact": _intact(folder / path, digest)}
            for path, digest, size in files
        ],
    }


def _read(connection: psycopg.Connection, period: str) -> tuple[pl.DataFrame, inputs.Labels]:
    observations = inputs.observations(connection, sql.SQL("period <= {}").format(sql.Literal(period)))
    if period not in observations["period"].unique():
        months = fetch_periods(connection)
        raise AnsinhError(
            f"There are no figures for {period}.",
            f"Figures exist for {months[0]} to {months[-1]}." if months else "Run ./ansinh build.",
        )
    return observations, inputs.labels(connection)


def fetch_periods(connection: psycopg.Connection) -> list[str]:
    """Return the months for which there are working figures."""
    query = sql.SQL("select distinct period from indicators.indicator_observation order by 1")
    return inputs.fetch(connection, query)["period"].to_list()


def _write(release: Release, figures: pl.DataFrame, labels: inputs.Labels, folder: Path) -> None:
    # SDMX and charts bring large libraries; nothing but a new release needs them.
    from publication import page, sdmx

    logger.info("Writing %s.", release.release_id)
    sdmx.write(figures, labels, folder / "indicators.sdmx.csv", folder / "structure.sdmx.xml")
    labels.links.write_csv(folder / "link_quality.csv")
    page.write(release, figures, labels, get_settings().disclosure_threshold, folder)
    counts = dict(figures["conf_status"].value_counts().iter_rows())
    manifest = {name: value for name, value in release.as_json().items() if name != "path"} | {
        "disclosure_threshold": get_settings().disclosure_threshold,
        "observations": figures.height,
        "suppressed": {"primary": counts.get(PRIMARY, 0), "secondary": counts.get(SECONDARY, 0)},
        "files": [
            {"path": path.name, "bytes": path.stat().st_size, "sha256": tables.sha256(path)}
            for path in sorted(folder.iterdir())
        ],
    }
    tables.write_json(manifest, folder / "manifest.json")


def _record(connection: psycopg.Connection, release: Release, hidden: pl.DataFrame, folder: Path) -> None:
    connection.execute(
        sql.SQL("insert into release.release ({}) values (%s, %s, %s, %s, %s, %s)").format(sql.SQL(_COLUMNS)),
        [release.release_id, release.period, release.vintage, release.content_sha256, str(release.path),
         release.published_at],
    )  # fmt: skip
    rows = hidden.select(pl.lit(release.release_id).alias("release_id"), *_OBSERVATION)
    copy_in = sql.SQL("copy release.observation (release_id, {}) from stdin (format csv)").format(
        sql.SQL(", ").join(map(sql.Identifier, _OBSERVATION))
    )
    with connection.cursor() as cursor:
        with cursor.copy(copy_in) as copy:
            copy.write(rows.write_csv(include_header=False))
        for path in sorted(folder.iterdir()):
            path.chmod(0o444)
            cursor.execute(
                "insert into release.file (release_id, path, sha256, bytes) values (%s, %s, %s, %s)",
                [release.release_id, path.name, tables.sha256(path), path.stat().st_size],
            )


def _remove_leftovers(folder: Path) -> None:
    for path in folder.glob(".*"):
        logger.warning("Removing %s, left by a publication that did not finish.", path)
        shutil.rmtree(path)


def _set_aside(path: Path) -> None:
    """Clear the way of a new release: a folder without a record was never published, but may be another database's."""
    if path.exists():
        aside = path.with_name(f"{path.name}.unrecorded-{dt.datetime.now():%Y%m%dT%H%M%S}")
        logger.warning("%s is no recorded release; it is now %s.", path.name, aside)
        path.rename(aside)


def _of(connection: psycopg.Connection, period: str, vintage: str) -> list[Release]:
    condition = sql.SQL("period = {} and vintage = {}").format(sql.Literal(period), sql.Literal(vintage))
    return _select(connection, condition)


def _select(connection: psycopg.Connection, condition: sql.Composable) -> list[Release]:
    query = sql.SQL("select {} from release.release where {} order by published_at desc, release_id desc")
    rows = connection.execute(query.format(sql.SQL(_COLUMNS), condition)).fetchall()
    return [
        Release(release_id, period, vintage, content, Path(path), published_at)
        for release_id, period, vintage, content, path, published_at in rows
    ]


def _intact(path: Path, digest: str) -> bool:
    return path.is_file() and tables.sha256(path) == digest


def _log_suppression(hidden: pl.DataFrame) -> None:
    counts = dict(hidden["conf_status"].value_counts().iter_rows())
    logger.info(
        "Disclosure control: %d cells free, %d below the threshold, %d hidden to protect them.",
        counts.get(FREE, 0), counts.get(PRIMARY, 0), counts.get(SECONDARY, 0),
    )  # fmt: skip
