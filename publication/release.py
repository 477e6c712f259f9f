"""Releases: immutable, numbered folders of published figures, recorded in the database.

A release is `<period>-<vintage>-<number>`; the numbers of a period and vintage start at 1, grow by one and are never
used again. It is prepared first: its folder is written under another name and gets its own in the transaction that
records it, just before the commit, so that a recorded release is whole, and what a crash leaves is cleared away by the
next one. Approved and at its time it moves to the published ones (`publication.approval`).
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import shutil
from dataclasses import replace
from pathlib import Path

import polars as pl
import psycopg
from psycopg import sql

from ansinh.database import Role, connect
from ansinh.errors import AnsinhError
from ansinh.settings import get_settings
from publication import approval, basis, content, inputs, ledger, periods, revision, schedule, tables
from publication import settings as publication_settings
from publication.content import Content
from publication.ledger import Release
from publication.schedule import VINTAGES

logger = logging.getLogger(__name__)

_NUMBERS = ("numerator", "denominator", "value", "lower", "upper")
_OBSERVATION = (*inputs.KEY, *_NUMBERS, "unit", "denominator_concept", "obs_status", "conf_status")


def publish(period: str, vintage: str | None = None) -> Release:
    """Prepare a release; where the settings approve by themselves, publish it, or leave it to the end of its embargo.

    Args:
        period: `YYYY-MM`: everything up to that month; `YYYY-Qn`: quarterly figures; `YYYY`: annual figures.
        vintage: `estimate`, `preliminary` or `official`; by default what the calendar says today.

    Returns:
        The release that holds the figures now, with its state; unchanged figures make no new one.

    Raises:
        AnsinhError: see `prepare`.
    """
    made = submit(period, vintage)
    now = approval.issue(made.release_id)
    return replace(now, new=made.new or (made.state, now.state) == (ledger.APPROVED, ledger.PUBLISHED))


def submit(period: str, vintage: str | None = None) -> Release:
    """Prepare a release, and approve it where the settings say so (`ANSINH_RELEASE_APPROVAL`).

    Raises:
        AnsinhError: see `prepare`.
    """
    made = prepare(period, vintage)
    if publication_settings.get_settings().approval == "automatic":
        approval.answer(made.release_id, is_approved=True, by=approval.BY_SETTINGS)
    return made


def prepare(period: str, vintage: str | None = None) -> Release:
    """Write and record a release that waits for approval; unchanged figures return the release that has them.

    Raises:
        AnsinhError: no figures for the period, an unknown vintage, an earlier vintage than one that is there already,
            or a file that does not read back.
    """
    span = periods.parse(period)
    vintage = vintage or schedule.vintage(span, schedule.today())
    if vintage not in VINTAGES:
        raise AnsinhError(f"'{vintage}' is not a vintage.", f"Choose one of {', '.join(VINTAGES)}.")
    folder = get_settings().prepared_dir
    folder.mkdir(parents=True, exist_ok=True)
    with connect(Role.PUBLISHER) as connection:
        ledger.alone(connection)
        _refuse_earlier_vintage(connection, period, vintage)
        _remove_leftovers(connection, folder)
        told = ledger.shown_and_hidden(connection, span.condition())
        found = content.read(connection, span, vintage, basis.settings(), told)
        earlier = ledger.of(connection, period, vintage)
        if earlier and earlier[0].content_sha256 == found.sha256:
            logger.info("The figures are those of %s (%s).", earlier[0].release_id, earlier[0].state)
            return earlier[0]
        release_id = f"{period}-{vintage}-{len(earlier) + 1}"
        now = dt.datetime.now(schedule.VIETNAM)
        due = schedule.embargo(span, vintage)
        release = Release(
            release_id, period, vintage, found.sha256, get_settings().releases_dir / release_id,
            due if due and due > now else now, now, new=True,
        )  # fmt: skip
        scratch = folder / f".{release_id}.{os.getpid()}"
        scratch.mkdir()
        try:
            _record(connection, release, found)
            content.write(
                release, found, basis.of(connection, release_id), revision.of(connection, release_id), scratch
            )
            _record_files(connection, release, scratch)
            approval.supersede(connection, release)
            scratch.rename(release.folder)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    logger.info("Prepared %s: %d observations.", release_id, found.figures.height)
    return release


def _refuse_earlier_vintage(connection: psycopg.Connection, period: str, vintage: str) -> None:
    for later in VINTAGES[VINTAGES.index(vintage) + 1 :]:
        standing = [r for r in ledger.of(connection, period, later) if r.state == ledger.PUBLISHED]
        if standing:
            raise AnsinhError(
                f"{standing[0].release_id} is {later}; {period} gets no {vintage} release any more.",
                f"Publish a correction with --period {period} --vintage {later}.",
            )


def _record(connection: psycopg.Connection, release: Release, found: Content) -> None:
    """Write the release, its figures, what it was made from, and how it differs from the one before it."""
    before = revision.previous(connection, release.period, found.period.freq)
    connection.execute(
        """insert into release.release (release_id, period, vintage, content_sha256, path, due_at, prepared_at)
        values (%s, %s, %s, %s, %s, %s, %s)""",
        [release.release_id, release.period, release.vintage, release.content_sha256, str(release.path),
         release.published_at, release.prepared_at],
    )  # fmt: skip
    rows = found.figures.select(pl.lit(release.release_id).alias("release_id"), *_OBSERVATION)
    copy_in = sql.SQL("copy release.observation (release_id, {}) from stdin (format csv)").format(
        sql.SQL(", ").join(map(sql.Identifier, _OBSERVATION))
    )
    with connection.cursor() as cursor, cursor.copy(copy_in) as copy:
        copy.write(rows.write_csv(include_header=False))
    basis.record(connection, release.release_id, basis.current(connection, found.labels.indicators))
    if before:
        revision.record(connection, release, before)


def _record_files(connection: psycopg.Connection, release: Release, folder: Path) -> None:
    rows = []
    for name, path in content.files(folder).items():
        path.chmod(0o444)
        rows.append((release.release_id, name, tables.sha256(path), path.stat().st_size))
    connection.cursor().executemany("insert into release.file values (%s, %s, %s, %s)", rows)


def _remove_leftovers(connection: psycopg.Connection, folder: Path) -> None:
    recorded = {release.release_id for release in ledger.select(connection)}
    for path in folder.iterdir():
        if path.name not in recorded:
            logger.warning("Removing %s, left by a publication that did not finish.", path)
            shutil.rmtree(path)
