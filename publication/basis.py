"""What the figures of a release were made from: deliveries, links, code and settings, as recorded with it."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import Any

import polars as pl
import psycopg
from psycopg.types.json import Jsonb

import ansinh
from ansinh.database import Role, connect
from ansinh.settings import PROJECT_ROOT, get_settings
from publication.disclosure import Rules

# The rooms that a figure goes through, and what in them can change it.
_CODE = {
    "connectors": ("connectors", {".py", ".yaml"}),
    "core": ("core/ansinh", {".py", ".sql"}),
    "dbt_project": ("dbt_project", {".sql", ".csv", "vars.yml"}),
    "linkage": ("linkage", {".py", ".sql", ".json"}),
    "publication": ("publication", {".py", ".yaml", ".j2", ".css", ".svg", ".json"}),
}
_BATCHES = """
    select batch_id, revision, sha256, landing_path
    from ingest.consumption
    inner join ingest.revision using (batch_id, revision)
    where consumer = 'warehouse'
    order by batch_id
"""
_LINKED = """
    select model_version, started_at
    from identity.run
    order by run_id desc
    limit 1
"""


@dataclass(frozen=True)
class Batch:
    """A delivery that is in the figures; hash and file are None where it did not come through the landing folder."""

    batch_id: str
    revision: int
    sha256: str | None
    landing_path: str | None


@dataclass(frozen=True)
class Basis:
    """What figures were made from.

    Attributes:
        code_version: version of An Sinh.
        code: SHA-256 of the source files of each room.
        settings: settings that a figure depends on.
        methods: method version of each indicator.
        linkage_model: version of the linkage's model; None without links.
        linked_at: stewards' decisions up to this moment are in the links.
        batches: deliveries and their revisions.
    """

    code_version: str
    code: dict[str, str]
    settings: dict[str, Any]
    methods: dict[str, str]
    linkage_model: str | None
    linked_at: dt.datetime | None
    batches: list[Batch]

    def as_json(self) -> dict[str, Any]:
        """Return what a manifest says of it."""
        return {
            "code_version": self.code_version,
            "code": self.code,
            "settings": self.settings,
            "linkage_model": self.linkage_model,
            "batches": [
                {"batch_id": batch.batch_id, "revision": batch.revision, "sha256": batch.sha256}
                for batch in self.batches
            ],
        }


def current(connection: psycopg.Connection, indicators: pl.DataFrame) -> Basis:
    """Return what the working figures were made from.

    Args:
        connection: as the publisher.
        indicators: the catalogue, with `indicator` and `method_version`.
    """
    linked = _last_linkage()
    return Basis(
        code_version=ansinh.__version__,
        code=code(),
        settings=settings(),
        methods=dict(indicators.select("indicator", "method_version").iter_rows()),
        linkage_model=linked[0] if linked else None,
        linked_at=linked[1] if linked else None,
        batches=[Batch(*row) for row in connection.execute(_BATCHES).fetchall()],
    )


def settings() -> dict[str, Any]:
    """Return the settings that a published figure depends on: those of disclosure control."""
    return {
        name: value for name, value in get_settings().model_dump(mode="json").items() if name.startswith("disclosure_")
    }


def rules(settings: dict[str, Any]) -> Rules:
    """Return the rules of disclosure control that settings make."""
    return Rules(**{name.removeprefix("disclosure_"): value for name, value in settings.items()})


def code() -> dict[str, str]:
    """Return the SHA-256 of each room's source files that can change a figure or a file of a release."""
    return {room: _digest(folder, endings) for room, (folder, endings) in _CODE.items()}


def record(connection: psycopg.Connection, release_id: str, basis: Basis) -> None:
    """Write what a release was made from."""
    connection.execute(
        "insert into release.basis values (%s, %s, %s, %s, %s, %s, %s)",
        [release_id, basis.code_version, Jsonb(basis.code), Jsonb(basis.settings), Jsonb(basis.methods),
         basis.linkage_model, basis.linked_at],
    )  # fmt: skip
    connection.cursor().executemany(
        "insert into release.batch values (%s, %s, %s, %s, %s)",
        [(release_id, batch.batch_id, batch.revision, batch.sha256, batch.landing_path) for batch in basis.batches],
    )


def of(connection: psycopg.Connection, release_id: str) -> Basis:
    """Return what a release was made from."""
    row = connection.execute(
        """select code_version, code, settings, methods, linkage_model, linked_at
        from release.basis where release_id = %s""",
        [release_id],
    ).fetchone()
    assert row is not None
    batches = connection.execute(
        "select batch_id, revision, sha256, landing_path from release.batch where release_id = %s order by batch_id",
        [release_id],
    ).fetchall()
    code_version, code, settings, methods, linkage_model, linked_at = row
    return Basis(code_version, code, settings, methods, linkage_model, linked_at, [Batch(*batch) for batch in batches])


def _last_linkage() -> tuple[str, dt.datetime] | None:
    # The publisher may not look into identity; this tells nothing of a person.
    with connect(Role.TRANSFORMER) as connection:
        if connection.execute("select to_regclass('identity.run')").fetchone() == (None,):
            return None
        return connection.execute(_LINKED).fetchone()


def _digest(folder: str, endings: set[str]) -> str:
    digest = hashlib.sha256()
    root = PROJECT_ROOT / folder
    for path in sorted(path for path in root.rglob("*") if path.name.endswith(tuple(endings))):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
