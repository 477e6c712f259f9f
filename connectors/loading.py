"""From the landing folder into `raw`: each batch in one transaction, so that it is there as a whole or not at all."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

import pgpq
import polars as pl
import psycopg
import pyarrow.parquet as pq
from psycopg import sql

from ansinh.errors import AnsinhError
from ansinh.settings import get_settings
from connectors import correction, ledger
from connectors.ahead import ahead, at_once
from connectors.batch_file import HELD_SHA256, held_path
from connectors.connections import Connections, working_on
from connectors.contract import Contract, datasets, load_contract
from connectors.ledger import Batch

# Connections that load at once; a server needs a core for each.
_CONNECTIONS = 2
# Rows encoded at once: a megabyte or so, which the allocator uses again instead of asking the system for it each time.
_ENCODED_ROWS = 4_096
# Bytes of a column that are read at once.
_BUFFER_BYTES = 1 << 16

_log = logging.getLogger(__name__)


def load(registry: str) -> list[str]:
    """Load every batch of the registry that has passed the gate, in the order of the months.

    Returns:
        The batches loaded now.

    Raises:
        AnsinhError: another run works on the registry, a landing file is missing or was changed, or a batch was
            rejected or has failed; what passed up to its month is loaded, later months wait.
    """
    loaded: list[str] = []
    with working_on(registry) as (connection, connections):
        with connection.transaction():
            create_tables(connection, registry)
        known = ledger.batches(connection, registry)
        for batch in known:
            if batch.state == "rejected":
                with connection.transaction():
                    _hold(connection, batch)
        broken = [batch for batch in known if batch.state in ("rejected", "failed")]
        last = broken[0].period if broken else None
        ready = [batch for batch in known if batch.state == "checked"]
        now = [batch for batch in ready if last is None or batch.period <= last]
        for _, month in groupby(now, key=lambda batch: batch.period):
            loaded += _load_month(connections, list(month))
        if broken:
            waiting = len(ready) - len(loaded)
            raise AnsinhError(
                f"{broken[0].batch_id} is {broken[0].state}{f'; {waiting} later batches wait for it' * bool(waiting)}.",
                "See its gate results or error, correct the cause, and pull the period again.",
            )
    return loaded


def create_tables(connection: psycopg.Connection, registry: str) -> None:
    """Create the registry's raw tables where they are missing and add the columns that a newer contract brings."""
    query = """select table_schema || '.' || table_name, array_agg(column_name::text)
        from information_schema.columns where table_schema = 'raw' group by 1"""
    known: dict[str, list[str]] = dict(connection.execute(query).fetchall())
    for contract in (load_contract(registry, dataset) for dataset in datasets(registry)):
        if contract.raw_table not in known:
            connection.execute(contract.create_table_sql().encode())
            continue
        for field in contract.fields:
            if field.name not in known[contract.raw_table]:
                addition = f"alter table {contract.raw_table} add column {field.name} {field.physical_type}"
                connection.execute(addition.encode())


def _load_month(connections: Connections, batches: list[Batch]) -> list[str]:
    """Load the batches of a month, each in a transaction of its own, over a few connections at once."""

    def load_alone(batch: Batch) -> None:
        with connections.borrowed() as connection, connection.transaction():
            _load_batch(connection, batch)

    at_once(_CONNECTIONS, load_alone, sorted(batches, key=lambda batch: -batch.rows_accepted))
    return [batch.batch_id for batch in batches]


def _load_batch(connection: psycopg.Connection, batch: Batch) -> None:
    contract = load_contract(batch.registry, batch.dataset)
    path = _landing_file(batch)
    partition = _empty_partition(connection, contract, batch)
    copied = _copy(connection, _copy_statement(partition, contract), ahead(_binary(path)))
    if copied != batch.rows_accepted:
        raise AnsinhError(f"{batch.batch_id}: {copied} rows copied, {batch.rows_accepted} accepted.", "Pull it again.")
    _attach(connection, contract, partition, batch)
    _hold(connection, batch)
    connection.execute(
        "update ingest.batch set state = 'loaded', loaded_at = clock_timestamp() where batch_id = %s", [batch.batch_id]
    )
    correction.apply_again(connection, batch.batch_id)
    connection.execute(
        """insert into ingest.cursor as known (registry, dataset, position, period) values (%s, %s, %s, %s)
        on conflict (registry, dataset) do update
        set position = excluded.position, period = excluded.period, updated_at = clock_timestamp()
        where known.period <= excluded.period""",
        [batch.registry, batch.dataset, batch.cursor_to, batch.period],
    )
    _log.info("%s: %d rows loaded into %s", batch.batch_id, batch.rows_accepted, contract.raw_table)


def _landing_file(batch: Batch) -> Path:
    return _unchanged(batch, get_settings().landing_dir / str(batch.landing_path), str(batch.sha256))


def _held_file(batch: Batch) -> Path:
    landed = _landing_file(batch)
    sha256: bytes = pq.read_metadata(landed).metadata[HELD_SHA256.encode()]
    return _unchanged(batch, held_path(landed), sha256.decode())


def _unchanged(batch: Batch, path: Path, sha256: str) -> Path:
    if not path.exists():
        raise AnsinhError(f"{batch.batch_id}: its landing file {path} is gone.", "Pull the period again.")
    with path.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
            raise AnsinhError(f"{batch.batch_id}: its landing file {path} was changed.", "Pull the period again.")
    return path


def _empty_partition(connection: psycopg.Connection, contract: Contract, batch: Batch) -> sql.Composed:
    """Return the batch's partition, without rows; it is new or truncated in this transaction, so COPY skips the WAL."""
    schema, table = contract.raw_table.split(".")
    name = f"{table}_{batch.period.replace('-', '_')}"
    partition = sql.SQL("{}.{}").format(sql.Identifier(schema), sql.Identifier(name))
    exists = connection.execute("select to_regclass(%s)", [f"{schema}.{name}"]).fetchone()
    if exists and exists[0]:
        connection.execute(sql.SQL("truncate {}").format(partition))
        return partition
    # The constraint spares ATTACH the scan; the default spares COPY the column.
    statement = """create table {partition} (like {table} including defaults,
        constraint batch check (_batch_id = {batch_id}));
        alter table {partition} alter column _batch_id set default {batch_id}"""
    parts = {"partition": partition, "table": sql.SQL(contract.raw_table), "batch_id": sql.Literal(batch.batch_id)}
    connection.execute(sql.SQL(statement).format(**parts))
    return partition


def _attach(connection: psycopg.Connection, contract: Contract, partition: sql.Composed, batch: Batch) -> None:
    is_attached = connection.execute(
        sql.SQL("select relispartition from pg_class where oid = {}::regclass").format(
            sql.Literal(partition.as_string())
        )
    ).fetchone()
    if not (is_attached and is_attached[0]):
        statement = "alter table {} attach partition {} for values in ({})"
        parts = (sql.SQL(contract.raw_table), partition, sql.Literal(batch.batch_id))
        connection.execute(sql.SQL(statement).format(*parts))


def _copy_statement(partition: sql.Composed, contract: Contract) -> sql.Composed:
    columns = sql.SQL(", ").join(sql.Identifier(name) for name in ["_row", *(f.name for f in contract.fields)])
    # Frozen: nobody writes the pages again, neither the first reader nor autovacuum.
    return sql.SQL("copy {} ({}) from stdin (format binary, freeze)").format(partition, columns)


def _copy(connection: psycopg.Connection, statement: sql.Composed, chunks: Iterable[bytes]) -> int:
    """Return the number of rows copied."""
    with connection.cursor() as cursor:
        with cursor.copy(statement) as copy:
            for data in chunks:
                copy.write(data)
        return max(cursor.rowcount, 0)


def _binary(path: Path) -> Iterator[bytes]:
    """Yield the rows in the binary form of COPY, some at a time; the server reads it faster than text."""
    # Page by page and in this thread: a whole row group, or several threads with a heap each, would take more memory.
    with pq.ParquetFile(path, pre_buffer=False, buffer_size=_BUFFER_BYTES) as file:
        encoder = pgpq.ArrowToPostgresBinaryEncoder(file.schema_arrow)
        yield encoder.write_header()
        for batch in file.iter_batches(_ENCODED_ROWS, use_threads=False):
            yield encoder.write_batch(batch)
        yield encoder.finish()


def _hold(connection: psycopg.Connection, batch: Batch) -> None:
    """Replace the batch's rows in quarantine; those of a rejected batch too, so that one can see what is wrong."""
    newest = connection.execute(
        """select 1 from quarantine.row q join ingest.batch b using (batch_id)
        where batch_id = %s and b.state = 'rejected' and q.quarantined_at >= b.landed_at limit 1""",
        [batch.batch_id],
    ).fetchone()
    if newest:
        return
    corrections = correction.kept(connection, batch.batch_id)
    connection.execute("delete from quarantine.row where batch_id = %s", [batch.batch_id])
    if not batch.rows_quarantined:
        return
    held = pl.read_parquet(_held_file(batch))
    given = {key: pl.lit(getattr(batch, key)).alias(key) for key in ("batch_id", "registry", "dataset", "period")}
    rows = held.select(*given.values(), pl.col("_row").alias("row_number"), "rule", "field", "reason", "payload")
    statement = sql.SQL("copy quarantine.row ({}) from stdin (format csv)")
    columns = sql.SQL(", ").join(map(sql.Identifier, rows.columns))
    _copy(connection, statement.format(columns), [rows.write_csv(include_header=False).encode()])
    correction.put_back(connection, batch.batch_id, corrections)
