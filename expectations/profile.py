"""What a landed delivery looks like, as numbers: shares, counts and means of one Parquet file.

The file is read lazily, column by column. What needs a hash table (duplicates, most frequent value) looks at a
sample of at most about two million rows, so memory stays bounded whatever the delivery's size. No value of a person
leaves this module, only shares.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

    from connectors.contract import Contract, Field

_SAMPLE = 2_000_000
_OLDEST = dt.date(1900, 1, 1)
# Weights of the check digit of Vietnamese tax codes (mã số thuế): digit 10 = 10 - (weighted sum mod 11).
_TAX_WEIGHTS = (31, 29, 23, 19, 17, 13, 7, 5, 3)
_IDENTIFIER = re.compile(r"(personal|si|card|identity|old_id|mother|father)_numbers?$|tax_code$")
# One digit repeated, or the digits counted up: typed to get past a mandatory field.
_PLACEHOLDER = "^(?:" + "|".join(f"{digit}+" for digit in range(10)) + r"|0?123456789\d{0,3})$"
# Dates that are agreed beforehand and may lie after the month of the delivery.
_PLANNED = re.compile(r"(_to|_from|^end_date|^start_date|^effective_date|^month)$")


@dataclass(frozen=True)
class Measure:
    """One number about a delivery.

    Attributes:
        name: `<field>.<measure>`, or the measure alone where it is about the whole delivery.
        value: a share from 0 to 1, a count, or a mean; None where there is nothing to measure.
        note: what the number does not say, for example the names of missing columns.
    """

    name: str
    value: float | None
    note: str = ""


def is_identifier(field: Field) -> bool:
    """Tell whether a field names a person or an organisation."""
    return field.logical_type == "string" and bool(_IDENTIFIER.search(field.name))


def is_tax_code(field: Field) -> bool:
    """Tell whether a field holds tax codes, which carry a check digit."""
    return field.name.endswith("tax_code")


def is_money(field: Field) -> bool:
    """Tell whether a field is an amount in VND."""
    return field.logical_type in ("integer", "number") and "VND" in field.description


def is_event_date(field: Field) -> bool:
    """Tell whether a field says when something happened, so that it cannot lie in the future."""
    return field.logical_type in ("date", "timestamp") and not _PLANNED.search(field.name)


def time_field(contract: Contract) -> str:
    """Return the column that says when the registry recorded a row."""
    names = {field.name for field in contract.fields if field.logical_type in ("date", "timestamp")}
    return next(name for name in (contract.cursor_field, "updated_at", "submitted_date") if name in names)


def measure(contract: Contract, path: Path, start: dt.date, end: dt.date, *, first_load: bool) -> list[Measure]:
    """Measure a delivery.

    Args:
        contract: the agreed shape of the data set.
        path: the landed Parquet file.
        start: first day of the delivery's month; rows of a first load may be older.
        end: first day of the next month.
        first_load: whether the delivery also holds everything recorded before its month.
    """
    import polars as pl

    scan = pl.scan_parquet(path)
    schema = scan.collect_schema()
    agreed = contract.polars_schema()
    missing = [name for name in agreed if name not in schema]
    unexpected = [name for name in schema if name not in agreed and name != "_row"]
    mistyped = [name for name, kind in agreed.items() if name in schema and schema[name] != kind]
    fields = [field for field in contract.fields if field.name in schema and field.name not in mistyped]

    counted, shared = _aggregates(fields, end)
    recorded = next((field for field in fields if field.name == time_field(contract)), None)
    if recorded is not None:
        column = pl.col(recorded.name)
        outside = (column >= end) if first_load else (column >= end) | (column < start)
        shared["outside_period_share"] = (outside.sum(), pl.len())
        counted["newest"] = column.cast(pl.Date).max()
    wanted = {"rows": pl.len()} | counted
    for name, (count, base) in shared.items():
        wanted |= {f"{name}/count": count, f"{name}/base": base}
    facts = scan.select(**wanted).collect(engine="streaming").row(0, named=True)

    rows: int = facts["rows"]
    values: dict[str, float | None] = {name: facts[name] for name in counted if name != "newest"}
    for name in shared:
        base = facts[f"{name}/base"]
        values[name] = facts[f"{name}/count"] / base if base else None
    newest: dt.date | None = facts.get("newest")
    values["newest_lag_days"] = float((end - newest).days) if newest else None
    values |= _sampled(scan, contract, fields, rows)

    required = {field.name: values[f"{field.name}.null_share"] or 0.0 for field in fields if field.required}
    emptiest = max(required, key=lambda name: required[name], default="")
    return [
        Measure("rows", rows),
        Measure("columns_missing", len(missing), ", ".join(missing)),
        Measure("columns_unexpected", len(unexpected), ", ".join(unexpected)),
        Measure("columns_mistyped", len(mistyped), ", ".join(mistyped)),
        Measure("required_null_share", required.get(emptiest, 0.0), emptiest if required.get(emptiest) else ""),
        *(Measure(name, value) for name, value in values.items()),
    ]


def _aggregates(fields: list[Field], end: dt.date) -> tuple[dict[str, pl.Expr], dict[str, tuple[pl.Expr, pl.Expr]]]:
    """Return plain aggregates, and shares as (count, base)."""
    import polars as pl

    counted: dict[str, pl.Expr] = {}
    shared: dict[str, tuple[pl.Expr, pl.Expr]] = {}
    for field in fields:
        column, name = pl.col(field.name), field.name
        shared[f"{name}.null_share"] = (column.null_count(), pl.len())
        if is_money(field):
            counted[f"{name}.mean"] = column.cast(pl.Float64).mean()
        if is_event_date(field):
            day = column.cast(pl.Date)
            shared[f"{name}.implausible_share"] = (((day < _OLDEST) | (day >= end)).sum(), column.count())
        if is_identifier(field):
            shared[f"{name}.placeholder_share"] = (column.str.contains(_PLACEHOLDER).sum(), column.count())
        if is_tax_code(field):
            ten_digits = column.str.contains(r"^\d{10}(-\d{3})?$")
            wrong = ten_digits & (_check_digit(column) != column.str.slice(9, 1).cast(pl.Int32, strict=False))
            shared[f"{name}.bad_check_digit_share"] = (wrong.sum(), ten_digits.sum())
    return counted, shared


def _check_digit(column: pl.Expr) -> pl.Expr:
    import polars as pl

    digits = [column.str.slice(at, 1).cast(pl.Int32, strict=False) * weight for at, weight in enumerate(_TAX_WEIGHTS)]
    return 10 - pl.sum_horizontal(digits) % 11


def _sampled(scan: pl.LazyFrame, contract: Contract, fields: list[Field], rows: int) -> dict[str, float | None]:
    """Measure what needs a hash table, on every k-th row, or on the rows whose hash falls in one of k parts."""
    import polars as pl

    every = rows // _SAMPLE + 1
    grouped = [field.name for field in fields if is_identifier(field) or field.valid_values]
    values: dict[str, float | None] = {}
    if grouped and rows:
        thinned = scan.with_row_index("_index").filter(pl.col("_index") % every == 0)
        top = {
            f"{name}.top_share": pl.col(name).drop_nulls().unique_counts().max() / pl.col(name).count()
            for name in grouped
        }
        values |= thinned.select(**top).collect(engine="streaming").row(0, named=True)
    # A row sent again in another envelope, or under another number in the feed, is still the same row.
    own = [field.name for field in fields if not field.source.startswith("@") and field.name != "change_seq"]
    if own and rows:
        hashes = scan.select(hash=pl.struct(own).hash()).filter(pl.col("hash") % every == 0)
        distinct, counted = hashes.select(pl.col("hash").n_unique(), pl.len().alias("rows")).collect().row(0)
        values["duplicate_share"] = 1 - distinct / counted if counted else None
    return values
