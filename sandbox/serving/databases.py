"""The SQL registries: databases `registry_labour` and `registry_vss`, read through a login role of their own."""

from __future__ import annotations

import io
import logging
from pathlib import Path

import polars as pl
import psycopg
from psycopg import sql

from ansinh.database import admin_url, ensure_database, ensure_role
from ansinh.settings import secret
from connectors.contract import Contract, datasets, load_contract
from sandbox.serving.tables import fingerprint, table_path

_log = logging.getLogger(__name__)

SQL_REGISTRIES = ("labour", "vss")
_COPY_ROWS = 100_000


def load(directory: Path, registry: str) -> str:
    """Load the registry's tables unless they are there, and return the reader's SQLAlchemy URL.

    The database's comment names the world that it holds.
    """
    name, reader = f"registry_{registry}", f"registry_{registry}_reader"
    mark = fingerprint(directory, registry, __file__)
    ensure_database(name)
    url = admin_url(name)
    target = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(target) as connection:
        ensure_role(connection, reader, secret(reader))
        if _held(connection) != mark:
            for dataset in datasets(registry):
                _copy(connection, load_contract(registry, dataset), table_path(directory, registry, dataset))
            _grant(connection, name, reader)
            comment = sql.SQL("comment on database {} is {}")
            connection.execute(comment.format(sql.Identifier(name), sql.Literal(mark)))
    return url.set(username=reader, password=secret(reader)).render_as_string(hide_password=False)


def _held(connection: psycopg.Connection) -> str | None:
    query = "select shobj_description(oid, 'pg_database') from pg_database where datname = current_database()"
    row = connection.execute(query).fetchone()
    return row[0] if row else None


def _copy(connection: psycopg.Connection, contract: Contract, path: Path) -> None:
    table = sql.Identifier("public", contract.dataset)
    columns = [sql.SQL("{} {}").format(sql.Identifier(f.name), sql.SQL(f.physical_type)) for f in contract.fields]
    connection.execute(sql.SQL("drop table if exists {}").format(table))
    connection.execute(sql.SQL("create table {} ({})").format(table, sql.SQL(", ").join(columns)))
    names = [field.name for field in contract.fields]
    # Frozen: a registry is not busy with the housekeeping of rows that came a moment ago.
    copy_from = sql.SQL("copy {} ({}) from stdin (format csv, freeze)")
    statement = copy_from.format(table, sql.SQL(", ").join(map(sql.Identifier, names)))
    key = [contract.cursor_field, *contract.primary_key]
    # A ledger lies in the order in which it was written.
    recorded = pl.scan_parquet(path).select(names).sort(key)
    rows = 0
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for batch in recorded.collect_batches(chunk_size=_COPY_ROWS, maintain_order=True):
            buffer = io.BytesIO()
            batch.write_csv(buffer, include_header=False)
            copy.write(buffer.getbuffer())
            rows += len(batch)
    index = sql.SQL("create index on {} ({})")
    connection.execute(index.format(table, sql.SQL(", ").join(map(sql.Identifier, key))))
    connection.execute(sql.SQL("analyze {}").format(table))
    _log.info("%s: %d rows in table %s.", contract.registry, rows, contract.dataset)


def _grant(connection: psycopg.Connection, name: str, reader: str) -> None:
    database, role = sql.Identifier(name), sql.Identifier(reader)
    for statement in (
        "revoke all on database {database} from public",
        "revoke create on schema public from public",
        "grant connect on database {database} to {role}",
        "grant usage on schema public to {role}",
        "grant select on all tables in schema public to {role}",
        "alter role {role} in database {database} set default_transaction_read_only = on",
    ):
        connection.execute(sql.SQL(statement).format(database=database, role=role))
