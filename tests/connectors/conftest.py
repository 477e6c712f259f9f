"""Deliveries that keep their contracts, made from the contracts alone, and ways to spoil them."""

from __future__ import annotations

import datetime as dt
import re._constants as sre
import re._parser as sre_parser
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl
import psycopg
import pytest
import sqlalchemy as sa

from ansinh import database
from ansinh.database import Role
from connectors.contract import Contract, Field, all_contracts, load_contract
from connectors.settings import RegistrySettings
from sandbox import serve

FIRST = dt.datetime(2025, 1, 2, 8)
DAYS = 80

Rows = Callable[..., pl.DataFrame]


def example(pattern: str, number: int) -> str:
    """Return a text that the pattern matches, different for different numbers where it leaves room."""
    digits = iter(f"{number:09}"[::-1] + "0" * 50)

    def write(tokens: Any) -> str:
        text = ""
        for kind, value in tokens:
            if kind is sre.LITERAL:
                text += chr(value)
            elif kind is sre.IN:
                choices = [item for item in value if item[0] in (sre.RANGE, sre.CATEGORY)]
                text += chr(choices[0][1][0]) if choices[0][0] is sre.RANGE else next(digits)
            elif kind is sre.MAX_REPEAT:
                text += "".join(write(value[2]) for _ in range(value[0]))
            elif kind is sre.SUBPATTERN:
                text += write(value[3])
            elif kind is sre.BRANCH:
                text += write(value[1][0])
        return text

    return write(sre_parser.parse(pattern))


def valid_rows(contract: Contract, count: int, first: dt.datetime = FIRST, days: int = DAYS) -> pl.DataFrame:
    """Return rows that keep a contract, recorded evenly over some days."""
    moments = [first + dt.timedelta(days=days) * n / max(count, 1) for n in range(count)]
    moments = [moment.replace(microsecond=0) for moment in moments]
    columns = {field.name: [_value(field, n, moments[n]) for n in range(count)] for field in contract.fields}
    return pl.DataFrame(columns, schema=contract.polars_schema(), strict=False)


_SPECIAL: dict[str, Callable[[int, dt.datetime], Any]] = {
    "change_seq": lambda n, _: 2 * n + 1,
    "updated_at": lambda _, moment: moment,
    "filed_at": lambda _, moment: moment,
    "submitted_date": lambda _, moment: moment.date(),
    "discharged_at": lambda _, moment: moment + dt.timedelta(hours=3),
    "submitted_file": lambda n, moment: f"{n % 3 + 1:05}_{moment:%Y%m%d}_1.xml.gz",
    "claim_id": lambda n, _: f"LK{n:07}",
    "return_id": lambda n, _: f"TK{n // 5:05}",
    "line_no": lambda n, _: n % 5 + 1,
    "tax_year": lambda *_: 2024,
    "settlement_year": lambda *_: 2025,
    "facility_code": lambda n, _: f"{n % 3 + 1:05}",
    "amount_insured_scope": lambda *_: 9,
    "amount_copaid": lambda *_: 4,
    "amount_fund": lambda *_: 5,
    "month": lambda n, _: dt.date(2025, 1, 1),
}


def _value(field: Field, n: int, moment: dt.datetime) -> Any:
    if field.name in _SPECIAL:
        return _SPECIAL[field.name](n, moment)
    if not field.required and n % 3 == 1:
        return None
    if field.valid_values:
        return field.valid_values[n % len(field.valid_values)]
    if field.pattern:
        return example(field.pattern, n)
    match field.logical_type:
        case "string":
            return f"Đ{n:06}"[: field.max_length or 20] if (field.max_length or 20) > 3 else "01"[: field.max_length]
        case "boolean":
            return n % 2 == 0
        case "date":
            return moment.date()
        case "timestamp":
            return moment
        case _:
            return max(1, int(field.minimum or 0))


@pytest.fixture
def rows() -> Rows:
    """`rows(contract, count, first, days)`: rows that keep a contract."""
    return valid_rows


@pytest.fixture(scope="session")
def country(home: Path) -> Path:
    """Folder of a country of 120 rows in each table, rendered for the registries; 6 claims have sensitive tables."""
    directory = home / "valid-country"
    (directory / "tables").mkdir(parents=True)
    for contract in all_contracts():
        valid_rows(contract, 120).write_parquet(directory / "tables" / f"{contract.name}.parquet")
    sensitive = pl.DataFrame({"claim_id": [f"LK{n:07}" for n in range(0, 120, 20)]})
    sensitive.write_parquet(directory / "tables" / "_health_sensitive.parquet")
    serve.render(directory)
    return directory


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], RegistrySettings]:
    """`hasty(name, address)`: settings whose patience lasts a fraction of a second."""

    def settings(name: str, address: str) -> RegistrySettings:
        mark = "&" if "?" in address else "?"
        return RegistrySettings.from_uri(name, f"{address}{mark}backoff=0.01&max_wait=0.1&timeout=0.5&retries=4")

    return settings


class Ledger:
    """What the tests ask the warehouse about deliveries, and the gate's verdict spoken by the tests."""

    def query(self, text: str, *values: Any) -> list[tuple[Any, ...]]:
        with database.connect(Role.LOADER) as connection:
            return connection.execute(text.encode(), values or None).fetchall()

    def batch(self, batch_id: str) -> dict[str, Any]:
        with database.connect(Role.LOADER) as connection:
            cursor = connection.cursor(row_factory=psycopg.rows.dict_row)
            batch = cursor.execute("select * from ingest.batch where batch_id = %s", [batch_id]).fetchone()
        assert batch is not None, f"there is no batch {batch_id}"
        assert batch["rows_received"] == batch["rows_accepted"] + batch["rows_quarantined"]
        return batch

    def judge(self, state: str = "checked", batch_id: str | None = None) -> None:
        with database.connect(Role.CHECKER) as connection:
            connection.execute(
                "update ingest.batch set state = %s where state = 'landed' and batch_id = coalesce(%s, batch_id)",
                [state, batch_id],
            )

    def count(self, table: str) -> int:
        return int(self.query(f"select count(*) from {table}")[0][0])


@pytest.fixture
def ledger(empty_warehouse: Path) -> Ledger:
    """An empty warehouse."""
    return Ledger()


@pytest.fixture
def contribution() -> Contract:
    """A data set of a database."""
    return load_contract("vss", "contribution")


@pytest.fixture
def vss(tmp_path: Path, contribution: Contract) -> Iterator[Registry]:
    """The VSS ledgers in SQLite, with 90 contributions from January to March 2025."""
    registry = Registry(f"sqlite:///{tmp_path}/vss.db", contribution)
    registry.put(valid_rows(contribution, 90))
    yield registry
    registry.engine.dispose()


class Registry:
    """A table of a registry that is a database."""

    def __init__(self, address: str, contract: Contract) -> None:
        self.settings = RegistrySettings.from_uri(contract.registry, address)
        self.engine = sa.create_engine(address)
        types = {"integer": sa.BigInteger, "date": sa.Date, "timestamp": sa.DateTime, "boolean": sa.Boolean}
        columns = [sa.Column(field.name, types.get(field.logical_type, sa.Text)) for field in contract.fields]
        self.table = sa.Table(contract.dataset, sa.MetaData(), *columns)
        self.table.create(self.engine)

    def put(self, rows: pl.DataFrame) -> None:
        with self.engine.begin() as connection:
            connection.execute(self.table.insert(), rows.to_dicts())

    def execute(self, text: str) -> None:
        with self.engine.begin() as connection:
            connection.execute(sa.text(text))
