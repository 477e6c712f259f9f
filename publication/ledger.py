"""The record of releases: which there are, where each stands, and whether its files still are what was recorded."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from ansinh.database import Role, connect
from ansinh.errors import AnsinhError
from ansinh.settings import get_settings
from publication import inputs, tables
from publication.disclosure import FREE
from publication.schedule import VIETNAM

PREPARED, APPROVED, REFUSED, PUBLISHED, WITHDRAWN = STATES = (
    "prepared", "approved", "refused", "published", "withdrawn",
)  # fmt: skip

# One process at a time changes the record: an advisory lock of this number, held to the end of the transaction.
_LOCK = 7_202_541
_COLUMNS = sql.SQL("release_id, period, vintage, content_sha256, path, due_at, prepared_at, state, published_at")


@dataclass(frozen=True)
class Release:
    """A release.

    Attributes:
        release_id: `<period>-<vintage>-<number>`.
        period: `YYYY-MM`, `YYYY-Qn` or `YYYY`.
        vintage: `estimate`, `preliminary` or `official`.
        content_sha256: of the figures; the same content makes no new release.
        path: its folder once it is published.
        published_at: the moment that its files name.
        prepared_at: when it was recorded.
        state: one of `STATES`.
        issued_at: when it was published; None before.
        new: whether this call made or published it.
    """

    release_id: str
    period: str
    vintage: str
    content_sha256: str
    path: Path
    published_at: dt.datetime
    prepared_at: dt.datetime
    state: str = PREPARED
    issued_at: dt.datetime | None = None
    new: bool = False

    @property
    def folder(self) -> Path:
        """Where its files lie now."""
        is_out = self.state in (PUBLISHED, WITHDRAWN)
        return self.path if is_out else get_settings().prepared_dir / self.release_id

    def tell(self) -> str:
        """Return where it stands and what to do next, in one or two lines."""
        match self.state:
            case "published":
                first = f"Published {self.release_id}." if self.new else f"Nothing has changed since {self.release_id}."
                return f"{first}\n{self.path}"
            case "prepared":
                return f"{self.release_id} waits for approval.\nNext: ./ansinh release approve {self.release_id}"
            case "approved":
                return f"{self.release_id} is approved; nobody sees it before {self.published_at:%F %R}."
            case state:
                return f"The figures are those of {self.release_id}, which was {state}.\nNext: correct them and build."

    def as_json(self) -> dict[str, Any]:
        """Return the release as JSON types; `published_at` is null until it is published."""
        return {
            "release_id": self.release_id,
            "period": self.period,
            "vintage": self.vintage,
            "state": self.state,
            "published_at": self.issued_at.isoformat(timespec="seconds") if self.issued_at else None,
            "content_sha256": self.content_sha256,
            "path": str(self.folder),
        }


def list_releases() -> list[Release]:
    """Return all releases, the newest first."""
    with connect(Role.PUBLISHER) as connection:
        return select(connection)


def newest_published() -> Release | None:
    """Return the newest release that is published and not withdrawn."""
    with connect(Role.PUBLISHER) as connection:
        found = select(connection, sql.SQL("state = 'published'"))
    return found[0] if found else None


def shown_and_hidden(
    connection: psycopg.Connection, condition: sql.Composable, before: dt.datetime | None = None
) -> pl.DataFrame:
    """Return the key and `conf_status` of the figures that releases have told the public, withdrawn ones too.

    Args:
        connection: as the publisher.
        condition: on the figures.
        before: only releases published before this moment.
    """
    query = sql.SQL("""
        select distinct {key}, conf_status from release.observation
        where {condition} and release_id in (
            select release_id from release.publication
            where {before}::timestamptz is null or published_at < {before}::timestamptz
        )
    """)
    key = sql.SQL(", ").join(map(sql.Identifier, inputs.KEY))
    return inputs.fetch(connection, query.format(key=key, condition=condition, before=sql.Literal(before)))


def withdrawn_notices(period: str) -> list[str]:
    """Return a sentence for each release of a period that was withdrawn after the newest that still holds."""
    with connect(Role.PUBLISHER) as connection:
        rows = connection.execute(
            """select release_id, withdrawn_at, reason
            from release.withdrawal inner join release.state using (release_id)
            where period = %(period)s and published_at > coalesce((
                select max(published_at) from release.state where period = %(period)s and state = 'published'
            ), '-infinity')
            order by published_at""",
            {"period": period},
        ).fetchall()
    return [f"{release_id} was withdrawn on {moment:%F}: {reason}" for release_id, moment, reason in rows]


def select(connection: psycopg.Connection, condition: sql.Composable = sql.SQL("true")) -> list[Release]:
    """Return the releases that meet a condition on `release.state`, the newest first."""
    query = sql.SQL(
        "select {} from release.state where {} order by coalesce(published_at, prepared_at) desc, release_id desc"
    )
    rows = connection.execute(query.format(_COLUMNS, condition)).fetchall()
    return [
        Release(release_id, period, vintage, content, Path(path), due_at.astimezone(VIETNAM), *rest)
        for release_id, period, vintage, content, path, due_at, *rest in rows
    ]


def of(connection: psycopg.Connection, period: str, vintage: str) -> list[Release]:
    """Return the releases of a period and vintage, the newest first."""
    condition = sql.SQL("period = {} and vintage = {}").format(sql.Literal(period), sql.Literal(vintage))
    return select(connection, condition)


def find(connection: psycopg.Connection, release_id: str) -> Release:
    """Return a release.

    Raises:
        AnsinhError: there is no such release; the next step names some that there are.
    """
    found = select(connection, sql.SQL("release_id = {}").format(sql.Literal(release_id)))
    if not found:
        known = ", ".join(release.release_id for release in select(connection)[:5])
        raise AnsinhError(
            f"There is no release {release_id}.", f"Known: {known}." if known else "Run ./ansinh publish."
        )
    return found[0]


def alone(connection: psycopg.Connection) -> None:
    """Let this transaction alone change the record of releases."""
    connection.execute("select pg_advisory_xact_lock(%s)", [_LOCK])


def show(release_id: str) -> dict[str, Any]:
    """Return a release with what was decided about it and its files, and whether each file is intact.

    Raises:
        AnsinhError: there is no such release.
    """
    with connect(Role.PUBLISHER) as connection, connection.cursor(row_factory=dict_row) as cursor:
        release = find(connection, release_id)

        def rows(query: str) -> list[dict[str, Any]]:
            return cursor.execute(query.encode(), [release_id]).fetchall()

        counts = rows("select conf_status, count(*) as n from release.observation where release_id = %s group by 1")
        decisions = rows("""
            select verdict, decided_by, reason, decided_at from release.decision where release_id = %s
            order by decision_id""")
        withdrawals = rows("select reason, withdrawn_by, withdrawn_at from release.withdrawal where release_id = %s")
        files = rows("select path, sha256, bytes from release.file where release_id = %s order by path")
    return release.as_json() | {
        "due_at": release.published_at.isoformat(timespec="seconds"),
        "decisions": decisions,
        "withdrawal": withdrawals[0] if withdrawals else None,
        "observations": sum(row["n"] for row in counts),
        "suppressed": sum(row["n"] for row in counts if row["conf_status"] != FREE),
        "files": [file | {"intact": intact(release.folder / file["path"], file["sha256"])} for file in files],
    }


def intact(path: Path, digest: str) -> bool:
    """Tell whether a file is there and has the hash."""
    return path.is_file() and tables.sha256(path) == digest
