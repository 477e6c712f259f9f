"""The ledger of deliveries (`ingest.*`): what was received, what became of it, and who is at it right now."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from psycopg.rows import class_row

import ansinh
from ansinh.errors import AnsinhError
from connectors.contract import Contract
from connectors.source import File, Window

_COLUMNS = """batch_id, registry, dataset, period, cursor_from, cursor_to, state, revision, rows_received,
    rows_accepted, rows_quarantined, bytes, sha256, landing_path, contract_version, code_version, error"""


@dataclass(frozen=True)
class Batch:
    """A row of `ingest.batch`."""

    batch_id: str
    registry: str
    dataset: str
    period: str
    cursor_from: str | None
    cursor_to: str | None
    state: str
    revision: int
    rows_received: int
    rows_accepted: int
    rows_quarantined: int
    bytes: int
    sha256: str | None
    landing_path: str | None
    contract_version: str
    code_version: str
    error: str | None


@contextmanager
def exclusive(connection: psycopg.Connection, registry: str) -> Iterator[None]:
    """Hold a registry for this run; the connection commits by itself from now on.

    The lock ends with the connection, also when the process is killed.

    Raises:
        AnsinhError: another run holds the registry.
    """
    # Only what stands in a transaction block belongs together; a read must not open one around it.
    connection.rollback()
    connection.autocommit = True
    key = int.from_bytes(hashlib.sha256(f"ansinh.registry.{registry}".encode()).digest()[:8], signed=True)
    found = connection.execute("select pg_try_advisory_lock(%s)", [key]).fetchone()
    if not found or not found[0]:
        raise AnsinhError(
            f"Another run is working on registry {registry}.", "Wait until it has ended, then run this again."
        )
    try:
        yield
    finally:
        if not connection.closed:
            connection.execute("select pg_advisory_unlock(%s)", [key])


def batches(connection: psycopg.Connection, registry: str, dataset: str | None = None) -> list[Batch]:
    """Return the batches of a registry in the order of their periods."""
    query = f"select {_COLUMNS} from ingest.batch where registry = %s and dataset = coalesce(%s, dataset)"
    with connection.cursor(row_factory=class_row(Batch)) as cursor:
        return cursor.execute(query + " order by period, dataset", [registry, dataset]).fetchall()


def plan(connection: psycopg.Connection, contract: Contract, period: str) -> tuple[Window, Batch | None]:
    """Return what a batch of the period must cover, and the batch that is already there.

    Raises:
        AnsinhError: the period was already taken by the first load, or an earlier month is missing in a change feed.
    """
    known = batches(connection, contract.registry, contract.dataset)
    own = next((batch for batch in known if batch.period == period), None)
    feed = contract.cursor_field == "change_seq"
    if own:
        return Window.of(period, first=own.cursor_from is None, position=own.cursor_from if feed else None), own
    batch_id = contract.batch_id(period)
    if later := next((batch for batch in known if batch.period > period and batch.cursor_from is None), None):
        raise AnsinhError(
            f"{batch_id}: the first load {later.batch_id} has already taken everything recorded before it.",
            f"Start from {later.period}.",
        )
    earlier = [batch for batch in known if batch.period < period]
    if not earlier:
        return Window.of(period, first=True), None
    previous = earlier[-1]
    if previous.state == "failed":
        raise AnsinhError(
            f"{batch_id}: the batch before it, {previous.batch_id}, has failed.", "Pull that period first."
        )
    if feed and next_period(previous.period) != period:
        raise AnsinhError(
            f"{batch_id}: the change feed stands at the end of {previous.period}.",
            f"Pull the months in order, from {next_period(previous.period)}.",
        )
    return Window.of(period, first=False, position=previous.cursor_to if feed else None), None


def next_period(period: str) -> str:
    """Return the month after `YYYY-MM`."""
    return f"{Window.of(period, first=False).until:%Y-%m}"


def record_landed(connection: psycopg.Connection, landed: Batch, files: Iterable[File] = ()) -> bool:
    """Write a landed batch; return whether it waits for the gate.

    Content that is already checked or loaded changes nothing; content that was rejected is judged again.
    """
    connection.cursor().executemany(
        """insert into ingest.file (registry, path, sha256, bytes, period, batch_id) values (%s, %s, %s, %s, %s, %s)
        on conflict (registry, path, sha256) do update
        set period = excluded.period, batch_id = excluded.batch_id""",
        [(landed.registry, file.path, file.sha256, file.bytes, landed.period, landed.batch_id) for file in files],
    )
    unchanged = connection.execute(
        """update ingest.batch set cursor_to = %(cursor_to)s, code_version = %(code_version)s, error = %(error)s
        where batch_id = %(batch_id)s and sha256 = %(sha256)s and state in ('checked', 'loaded')
        returning batch_id""",
        vars(landed),
    ).fetchone()
    if unchanged:
        return False
    connection.execute(
        """
        insert into ingest.batch as known (batch_id, registry, dataset, period, cursor_from, cursor_to, state,
            rows_received, rows_accepted, rows_quarantined, bytes, sha256, landing_path, contract_version,
            code_version, error)
        values (%(batch_id)s, %(registry)s, %(dataset)s, %(period)s, %(cursor_from)s, %(cursor_to)s, %(state)s,
            %(rows_received)s, %(rows_accepted)s, %(rows_quarantined)s, %(bytes)s, %(sha256)s, %(landing_path)s,
            %(contract_version)s, %(code_version)s, %(error)s)
        on conflict (batch_id) do update set
            cursor_from = excluded.cursor_from, cursor_to = excluded.cursor_to, state = excluded.state,
            revision = known.revision + coalesce(known.sha256 <> excluded.sha256, false)::int,
            rows_received = excluded.rows_received, rows_accepted = excluded.rows_accepted,
            rows_quarantined = excluded.rows_quarantined, bytes = excluded.bytes, sha256 = excluded.sha256,
            landing_path = excluded.landing_path, contract_version = excluded.contract_version,
            code_version = excluded.code_version, error = excluded.error, landed_at = clock_timestamp()
        """,
        vars(landed),
    )
    return True


def record_failure(connection: psycopg.Connection, contract: Contract, window: Window, message: str) -> None:
    """Write that a pull failed; what an earlier pull of the same period delivered stays in force."""
    connection.execute(
        """
        insert into ingest.batch (batch_id, registry, dataset, period, cursor_from, state, contract_version,
            code_version, error)
        values (%s, %s, %s, %s, %s, 'failed', %s, %s, %s)
        on conflict (batch_id) do update set error = excluded.error
        """,
        [
            contract.batch_id(window.period), contract.registry, contract.dataset, window.period,
            start_of(contract, window), contract.version, ansinh.__version__, message,
        ],
    )  # fmt: skip


def start_of(contract: Contract, window: Window) -> str | None:
    """Return `cursor_from` of a batch: a position of the change feed, or a moment; None on a first load."""
    if window.since is None or contract.cursor_field == "change_seq":
        return window.position
    return window.since.isoformat()
