"""Registries that are databases: keyset paging over (cursor field, primary key), any dialect of SQLAlchemy.

Where a page ends is asked first, so pages are indexed queries that stand alone: several are fetched at once, and a lost
connection costs one of them. PostgreSQL answers with COPY, which is several times faster than fetching rows; other
databases with their ordinary cursor.
"""

from __future__ import annotations

import datetime as dt
import io
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

import polars as pl
import psycopg2
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.engine.reflection import ObjectKind

from ansinh.errors import AnsinhError
from connectors.ahead import in_order
from connectors.contract import Contract, datasets, load_contract
from connectors.retry import retrying
from connectors.source import CHUNK_ROWS, Chunk, Source, Window
from connectors.tables import with_timestamps

_T = TypeVar("_T")

# Types that polars reads from COPY text as they are; everything else stays text and is parsed by the contract.
_READABLE = {"integer": pl.Int64(), "date": pl.Date()}
# Writes values into the statement; with named parameters it leaves percent signs alone.
_TEXT_DIALECT = PGDialect(paramstyle="named")  # type: ignore[no-untyped-call]
# Dialects that compare rows of values, and use an index for it.
_ROW_VALUES = {"postgresql", "mysql", "mariadb", "sqlite"}
_SQL_TYPES = {"integer": sa.Integer, "date": sa.Date}


class SqlSource(Source):
    """Tables named like the data sets, each with a column that says when the row was recorded."""

    default_overlap_days = 0

    def __init__(self, settings: Any) -> None:
        super().__init__(settings)
        url = sa.make_url(settings.uri)
        arguments = {}
        if url.get_backend_name() == "postgresql":
            # psycopg 3 hands COPY over row by row, psycopg2 in C: an eighth of the work for the same bytes.
            url = url.set(drivername="postgresql+psycopg2")
            arguments = {
                "connect_timeout": int(settings.connect_timeout),
                # A page follows an index: sorting the whole table for each of them grows with the square of its size.
                "options": f"-c statement_timeout={int(settings.timeout * 1000)} -c enable_sort=off",
            }
        self._tables: dict[str, sa.Table] = {}
        self._reflecting = threading.Lock()
        # Who waits for a connection waits for a query of ours, and that one has its own time-out.
        self._engine = sa.create_engine(
            url, connect_args=arguments, pool_pre_ping=True, poolclass=sa.QueuePool,
            pool_size=settings.connections, max_overflow=0, pool_timeout=None,
        )  # fmt: skip

    def close(self) -> None:
        """Give back the connections."""
        self._engine.dispose()

    def extract(self, contracts: list[Contract], window: Window) -> Iterator[Chunk]:
        """Yield each table's rows recorded in the window, in the order of time and key."""
        for contract in contracts:
            yield from self._extract(contract, window)

    def _extract(self, contract: Contract, window: Window) -> Iterator[Chunk]:
        table = self._table(contract)
        known = {field.source: field for field in contract.fields}
        columns = [column for column in table.columns if column.name in known]
        warnings = {f"unknown column {column.name} ignored" for column in table.columns if column.name not in known}
        missing = [field.source for field in contract.fields if field.required and field.source not in table.columns]
        if missing:
            raise AnsinhError(
                f"{contract.registry}.{contract.dataset}: the table has no column {', '.join(missing)}.",
                f"Ask the registry, or change contracts/{contract.name}.yaml if it was agreed.",
            )
        order = [table.columns[name] for name in _keys(contract)]
        query = sa.select(*columns).where(order[0] < window.until).order_by(*order)
        if window.since is not None:
            days = self.settings.overlap_days
            overlap = dt.timedelta(days=self.default_overlap_days if days is None else days)
            query = query.where(order[0] >= window.since - overlap)

        def fetch(page: sa.Select[Any]) -> pl.DataFrame:
            return self._retry(partial(self._fetch, page, columns, contract))

        at_once = self.settings.connections
        with ThreadPoolExecutor(at_once) as threads:
            for rows in in_order(threads, fetch, self._pages(query, order), at_once - 1):
                yield Chunk(contract.dataset, rows, warnings=warnings)

    def _pages(self, query: sa.Select[Any], order: list[sa.Column[Any]]) -> Iterator[sa.Select[Any]]:
        """Yield the query in pages; rows with the same time and key are in the same one."""
        size, dialect = self.settings.page_size or CHUNK_ROWS, self._engine.dialect.name
        rest, last = query, self._key_at(size - 1, query, order)
        while last is not None:
            yield rest.where(order[0] <= last[0], sa.not_(_beyond(order, last, dialect)))
            rest = query.where(_beyond(order, last, dialect))
            last = self._key_at(size - 1, rest, order)
        yield rest

    def _key_at(self, rows: int, query: sa.Select[Any], order: list[sa.Column[Any]]) -> Sequence[Any] | None:
        """Return time and key of the row that so many rows of a query precede."""
        wanted = query.with_only_columns(*order).offset(rows).limit(1)

        def first() -> Sequence[Any] | None:
            with self._engine.connect() as connection:
                return connection.execute(wanted).first()

        return self._retry(first)

    def _table(self, contract: Contract) -> sa.Table:
        name = contract.source_table
        with self._reflecting:
            if name not in self._tables:
                own = (load_contract(contract.registry, dataset) for dataset in datasets(contract.registry))
                self._tables |= self._retry(partial(self._reflect, {name, *(other.source_table for other in own)}))
        if name not in self._tables:
            raise AnsinhError(
                f"{contract.registry}.{contract.dataset}: there is no table {name}.",
                f"Check {self.settings.address} and the rights of its user.",
            )
        return self._tables[name]

    def _reflect(self, names: set[str]) -> dict[str, sa.Table]:
        # Columns alone, of all tables in one question: asking for keys and indexes, too, takes ten times as long.
        found = sa.inspect(self._engine).get_multi_columns(filter_names=sorted(names), kind=ObjectKind.ANY)
        return {
            name: sa.Table(name, sa.MetaData(), *(sa.Column(column["name"], column["type"]) for column in columns))
            for (_, name), columns in found.items()
        }

    def _fetch(self, query: sa.Select[Any], columns: list[sa.Column[Any]], contract: Contract) -> pl.DataFrame:
        with self._engine.connect() as connection:
            if self._engine.dialect.name == "postgresql":
                return _copy(connection, query, columns, contract)
            rows = connection.execute(query).fetchall()
        names = [column.name for column in columns]
        values = zip(*rows, strict=True) if rows else ([] for _ in names)
        return pl.DataFrame(
            {name: pl.Series(name, list(v), strict=False) for name, v in zip(names, values, strict=True)}
        )

    def _retry(self, work: Callable[[], _T]) -> _T:
        try:
            return retrying(self.settings, _is_transient)(work)
        except (sa.exc.DBAPIError, psycopg2.Error) as error:
            reason = str(getattr(error, "orig", error)).strip().splitlines()[0]
            attempts = f" in {self.settings.retries} attempts" if _is_transient(error) else ""
            raise AnsinhError(
                f"Registry {self.settings.name} did not answer{attempts}: {reason}.",
                f"Check {self.settings.address} and the rights of its user, then run this again.",
            ) from error


def _copy(
    connection: sa.Connection, query: sa.Select[Any], columns: list[sa.Column[Any]], contract: Contract
) -> pl.DataFrame:
    text = query.compile(dialect=_TEXT_DIALECT, compile_kwargs={"literal_binds": True})
    driver: Any = connection.connection.driver_connection
    data = io.BytesIO()
    with driver.cursor() as cursor:
        cursor.copy_expert(f"copy ({text}) to stdout (format csv)", data)
    types = {field.source: field.logical_type for field in contract.fields}
    schema: dict[str, pl.DataType] = {}
    for column in columns:
        kind = types[column.name]
        readable = kind in _READABLE and isinstance(column.type, _SQL_TYPES[kind])
        schema[column.name] = _READABLE[kind] if readable else pl.String()
    if not data.tell():
        return pl.DataFrame(schema=schema)
    read = partial(pl.read_csv, data.getvalue(), has_header=False, null_values=None)
    try:
        rows = read(schema=schema)
        return with_timestamps(rows, [column.name for column in columns if _is_timestamp(column, types)])
    except pl.exceptions.ComputeError:
        # A value outside of what polars knows, such as an infinite date: read as text and let the contract decide.
        return read(schema=dict.fromkeys(schema, pl.String()))


def _is_timestamp(column: sa.Column[Any], types: dict[str, str]) -> bool:
    return types[column.name] == "timestamp" and isinstance(column.type, sa.DateTime)


def _keys(contract: Contract) -> list[str]:
    names = {field.name: field.source for field in contract.fields}
    return [names[name] for name in dict.fromkeys([contract.cursor_field, *contract.primary_key])]


def _beyond(order: list[sa.Column[Any]], after: Sequence[Any], dialect: str) -> sa.ColumnElement[bool]:
    values = [sa.literal(value, column.type) for value, column in zip(after, order, strict=True)]
    if dialect in _ROW_VALUES:
        return sa.tuple_(*order) > sa.tuple_(*values)
    equal = [column == value for column, value in zip(order, values, strict=True)]
    steps = [sa.and_(*equal[:i], order[i] > values[i]) for i in range(len(order))]
    return sa.and_(order[0] >= values[0], sa.or_(*steps))


def _is_transient(error: BaseException) -> bool:
    if isinstance(error, sa.exc.OperationalError | sa.exc.InterfaceError | psycopg2.OperationalError):
        return True
    return isinstance(error, sa.exc.DBAPIError) and error.connection_invalidated
