"""A tiny country, made from the contracts alone: every table, with the values that are hard to write."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from connectors.contract import Contract, Field, all_contracts
from sandbox import serve

ROWS = 600
FIRST = dt.datetime(2024, 12, 1, 8)
NAMES = ["Nguyễn Thị Ánh", "LÊ VĂN ĐỨC", 'Trần & Con <Cty> "A"', "Phạm 'Bé' Ý", "Hoàng\tUyên"]


@pytest.fixture(scope="session")
def country(home: Path) -> Path:
    """Folder of the tiny country, rendered."""
    directory = home / "country"
    write_country(directory, ROWS)
    serve.render(directory)
    return directory


@pytest.fixture
def country_without_records(home: Path, tmp_path: Path) -> Path:
    """Folder of a country whose tables are all empty, rendered."""
    write_country(tmp_path, 0)
    serve.render(tmp_path)
    return tmp_path


def write_country(directory: Path, rows: int) -> None:
    (directory / "tables").mkdir(parents=True)
    for contract in all_contracts():
        frame = pl.DataFrame({field.name: _values(contract, field, rows) for field in contract.fields}, strict=False)
        frame = frame.cast({pl.Null: pl.String}).cast(contract.polars_schema())  # type: ignore[arg-type]
        frame.write_parquet(directory / "tables" / f"{contract.name}.parquet")
    sensitive = pl.DataFrame({"claim_id": [f"LK{n:07}" for n in range(0, rows, 50)]})
    sensitive.write_parquet(directory / "tables" / "_health_sensitive.parquet")


def _values(contract: Contract, field: Field, rows: int) -> list[object]:
    special = _SPECIAL.get(field.name)
    if special is not None:
        return [special(n) for n in range(rows)]
    values: list[object] = [_value(field, n) for n in range(rows)]
    return values if field.required else [None if n % 7 == 3 else value for n, value in enumerate(values)]


def _value(field: Field, n: int) -> object:
    if field.valid_values:
        return field.valid_values[n % len(field.valid_values)]
    match field.logical_type:
        case "integer":
            return n % 9 + 1
        case "number":
            return (n % 40) / 8
        case "boolean":
            return n % 2 == 0
        case "date":
            return (FIRST + dt.timedelta(hours=n)).date()
        case "timestamp":
            return FIRST + dt.timedelta(hours=n)
    if "name" in field.name:
        return NAMES[n % len(NAMES)]
    return f"{n:0{min(field.max_length or 12, 12)}}"[-(field.max_length or 12) :]


def _envelope(n: int) -> str:
    return f"{n // 250 + 5:05}_{FIRST + dt.timedelta(days=n // 250 * 20):%Y%m%d}_{n % 250 // 200 + 1}.xml.gz"


_SPECIAL: dict[str, Callable[[int], object]] = {
    "change_seq": lambda n: 2 * n + 1,
    "claim_id": lambda n: f"LK{n:07}",
    "submitted_date": lambda n: (FIRST + dt.timedelta(days=n // 250 * 20)).date(),
    "submitted_file": _envelope,
    "facility_code": lambda n: f"{n // 250 + 5:05}",
    "return_id": lambda n: f"TK{n // 20:05}",
    "payer_tax_code": lambda n: f"{n // 20:010}",
    "tax_code": lambda n: f"{n:010}",
    "filed_at": lambda n: dt.datetime(2025, 3, 20, 9) + dt.timedelta(days=n // 200, minutes=n // 20),
    "line_no": lambda n: n % 20 + 1,
}
