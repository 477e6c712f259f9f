"""The linkage's tables in PostgreSQL: who holds the lock, how rows come out and go in, and what a run writes."""

from __future__ import annotations

import datetime as dt
import json
import tempfile
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from importlib import resources
from pathlib import Path
from typing import Any

import duckdb
import psycopg

from ansinh import database
from ansinh.database import Role
from ansinh.errors import AnsinhError
from ansinh.settings import get_settings

# Any number; it lets one linkage at a time change persons.
_LOCK = 7_262_647
_BLOCK = 1 << 20
_MEMORY = "4GB"


def create_tables() -> None:
    """Create the tables of the linkage where they are missing; safe to run again."""
    with database.connect(Role.TRANSFORMER) as connection:
        connection.execute(script("tables"))


def script(name: str) -> bytes:
    """Return a file of `linkage/sql`."""
    return resources.files("linkage.sql").joinpath(f"{name}.sql").read_bytes()


def execute(bench: duckdb.DuckDBPyConnection, name: str) -> None:
    """Execute a file of `linkage/sql/neighbourhood` in DuckDB."""
    bench.execute(script(f"neighbourhood/{name}").decode())


@contextmanager
def exclusive() -> Iterator[psycopg.Connection]:
    """Give a connection that alone may change persons; a transaction that is not committed is undone.

    Raises:
        AnsinhError: another run is at work.
    """
    with database.connect(Role.TRANSFORMER) as connection:
        row = connection.execute("select pg_try_advisory_lock(%s)", [_LOCK]).fetchone()
        if row != (True,):
            raise AnsinhError("Another linkage run is at work.", "Wait until it is done, then run again.")
        # An increment fetches a few rows of tables that are in memory.
        connection.execute("set work_mem = '128MB'; set random_page_cost = 1.1")
        connection.commit()
        yield connection


@contextmanager
def workbench(*, on_disk: bool = True) -> Iterator[duckdb.DuckDBPyConnection]:
    """Give an empty DuckDB that spills to a scratch folder of the installation, removed afterwards.

    Args:
        on_disk: whether its tables are too large for the memory it may take.
    """
    folder = get_settings().home / "linkage"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        options: dict[str, Any] = {"memory_limit": _MEMORY, "temp_directory": scratch}
        with duckdb.connect(Path(scratch) / "run.duckdb" if on_disk else ":memory:", config=options) as connection:
            # A progress bar would mix with what commands print.
            connection.execute("set enable_progress_bar = false")
            yield connection


def take_out(
    source: psycopg.Connection, query: str, target: duckdb.DuckDBPyConnection, columns: dict[str, str], result: str
) -> None:
    """Copy the rows of a PostgreSQL query to DuckDB.

    Args:
        source: where the query runs.
        query: SELECT, or DELETE with RETURNING, with the columns in their order.
        target: where the rows go.
        columns: DuckDB types by column name.
        result: DuckDB statement that takes the rows from `{rows}`.
    """
    with taking_out(source, query, target, columns, result):
        pass


@contextmanager
def taking_out(
    source: psycopg.Connection, query: str, target: duckdb.DuckDBPyConnection, columns: dict[str, str], result: str
) -> Iterator[None]:
    """Copy as `take_out` does, after the block, which meanwhile works in DuckDB and leaves PostgreSQL alone."""
    with _scratch_file(target) as path, ThreadPoolExecutor(1) as thread:
        fetched = thread.submit(_fetch, source, query, path)
        yield
        fetched.result()
        types = ", ".join(f"'{name}': '{kind}'" for name, kind in columns.items())
        rows = (
            f"read_csv('{path}', header = false, auto_detect = false, delim = ',', quote = '\"', escape = '\"', "
            f"columns = {{{types}}})"
        )
        target.execute(result.format(rows=rows))


def put_in(source: duckdb.DuckDBPyConnection, query: str, target: psycopg.Connection, table: str) -> None:
    """Copy the rows of a DuckDB query into a PostgreSQL table, given as `schema.table (columns)`."""
    with _scratch_file(source) as path:
        _export(source, query, path)
        _import(path, target, table)


@contextmanager
def attaching(
    bench: duckdb.DuckDBPyConnection, connection: psycopg.Connection, run_id: int, model_version: str
) -> Iterator[None]:
    """Write `attached` and `attached_edge` while the block works in DuckDB, and in DuckDB alone."""
    stamp = f"{run_id}, now()"
    with ExitStack() as stack:
        files = {}
        for table, query in {
            "identity.edge": _edges("attached_edge", model_version, stamp),
            "identity.node_person": _members("attached", stamp),
        }.items():
            files[table] = stack.enter_context(_scratch_file(bench))
            _export(bench, query, files[table])
        thread = stack.enter_context(ThreadPoolExecutor(1))
        writing = [thread.submit(_import, path, connection, table) for table, path in files.items()]
        yield
        for written in writing:
            written.result()


def _fetch(source: psycopg.Connection, query: str, path: Path) -> None:
    with source.cursor().copy(f"copy ({query}) to stdout (format csv)".encode()) as copy, path.open("wb") as file:
        for block in copy:
            file.write(block)


def _edges(table: str, model_version: str, stamp: str) -> str:
    # In the order of their first index, which is written faster so.
    return f"select *, '{model_version}', {stamp} from {table} order by left_node"


def _members(table: str, stamp: str) -> str:
    return f"select node_id, person_key, dataset, record_id, {stamp} from {table} order by node_id"


def _export(source: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    source.execute(f"copy ({query}) to '{path}' (format csv, header false)")


def _import(path: Path, target: psycopg.Connection, table: str) -> None:
    with target.cursor().copy(f"copy {table} from stdin (format csv)".encode()) as copy, path.open("rb") as file:
        while block := file.read(_BLOCK):
            copy.write(block)


@contextmanager
def _scratch_file(connection: duckdb.DuckDBPyConnection) -> Iterator[Path]:
    row = connection.execute("select current_setting('temp_directory')").fetchone()
    assert row is not None
    path = Path(row[0]) / f"{uuid.uuid4()}.csv"
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def last_run(connection: psycopg.Connection) -> tuple[str, dt.datetime] | None:
    """Return model version and start of the last run, None before the first."""
    query = "select model_version, started_at from identity.run order by run_id desc limit 1"
    return connection.execute(query).fetchone()


def start(connection: psycopg.Connection) -> tuple[int, dt.datetime, int]:
    """Return the number of a new run, the moment up to which it knows all decisions, and the highest key given."""
    # Whoever records a decision now is waited for; whoever comes later has a later time.
    connection.execute("lock table identity.decision in share mode")
    row = connection.execute("""
        select
            nextval(pg_get_serial_sequence('identity.run', 'run_id')),
            clock_timestamp(),
            (select coalesce(max(person_key), 0) from identity.person)
    """).fetchone()
    connection.commit()
    assert row is not None
    return row


def write(
    bench: duckdb.DuckDBPyConnection, connection: psycopg.Connection, *, full: bool, run_id: int, model_version: str
) -> None:
    """Write what a run changes of the evidence and the persons; the caller commits.

    Args:
        bench: DuckDB with the tables of the engine, of `linkage.keys` and of `linkage.neighbourhood`.
        connection: PostgreSQL with the temporary table `changed_replacement` of `linkage.neighbourhood`.
        full: whether so much may change that indexes are better made again.
        run_id: the run.
        model_version: its model.
    """
    stamp = f"{run_id}, now()"
    doubt = {"left_node": "uuid", "right_node": "uuid"}
    query = f"select {', '.join(doubt)} from identity.doubtful"
    take_out(connection, query, bench, doubt, "create temp table standing_doubt as select * from {rows}")
    execute(bench, "evidence")
    if full:
        connection.execute("drop index if exists identity.edge_left, identity.node_person_key")
    connection.execute(script("leaving"))
    leaving = {
        "gone_node": "select node_id from moved_node where was_linked union all select node_id from lost_node",
        "gone_edge": "from gone_edge",
        "gone_doubt": "from gone_doubt",
        "merged_key": "select person_key, other_key from person_event where kind = 'merged'",
    }
    for table, query in leaving.items():
        put_in(bench, query, connection, table)
    connection.execute(script("settle"))
    arriving = {
        "edge": _edges("new_edge", model_version, stamp),
        "node_person": _members("moved_node", stamp),
        "person (person_key, assigned_at, run_id)": f"select person_key, now(), {run_id} from given_key order by 1",
        "person_event (run_id, happened_at, kind, person_key, other_key, cause)":
            f"select {stamp}, kind, person_key, other_key, cause from person_event order by person_key, other_key",
        "doubtful": f"select *, {run_id} from doubtful",
    }  # fmt: skip
    for table, query in arriving.items():
        put_in(bench, query, connection, f"identity.{table}")
    if full:
        connection.execute(script("tables"))
        connection.execute("analyze identity.node_person; analyze identity.edge; analyze identity.person")


def record_run(connection: psycopg.Connection, row: dict[str, Any]) -> None:
    """Write the row of `identity.run`; its `detail` becomes the report."""
    connection.execute(
        """
        insert into identity.run (run_id, kind, model_version, started_at, nodes, fresh_nodes, edges, persons, merges,
            splits, doubtful, seconds, report)
        overriding system value
        values (%(run_id)s, %(kind)s, %(model_version)s, %(started_at)s, %(nodes)s, %(fresh_nodes)s, %(edges)s,
            %(persons)s, %(merges)s, %(splits)s, %(doubtful)s, %(seconds)s, %(detail)s)
        """,
        row | {"detail": json.dumps(row["detail"])},
    )
