"""What a landed delivery looks like, as numbers: shares, counts and means of one Parquet file.

The file is read lazily, column by column. What needs a hash table (duplicates, most frequent value) looks at a
sample of at most a million rows, so memory stays bounded whatever the delivery's size. No value of a person
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

_SAMPLE = 1_000_000
# Below this many values a share or a mean says little about the delivery, and is not taken.
ENOUGH = 100
# Connectors pull some days again, for rows that became visible late.
_OVERLAP = dt.timedelta(days=7)
_OLDEST = dt.date(1900, 1, 1)
# Weights of the check digit of Vietnamese tax codes (mã số thuế): digit 10 = 10 - (weighted sum mod 11).
_TAX_WEIGHTS = (31, 29, 23, 19, 17, 13, 7, 5, 3)
_IDENTIFIER = re.compile(r"(personal|si|card|identity|old_id|mother|father)_numbers?$|tax_code$")
# One digit repeated, or the digits counted up: typed to get past a mandatory field.
_PLACEHOLDER = "^(?:" + "|".join(f"{digit}+" for digit in range(10)) + r"|0?123456789\d{0,3})$"
# Dates that are agreed beforehand and may lie after the month of the delivery.
_PLANNED = re.compile(r"(_to|_from|^end_date|^start_date|^effective_date|month)$")


@dataclass(frozen=True)
class Measure:
    """One number about a delivery.

    Attributes:
        name: `<field>.<measure>`, or the measure alone where it is about the whole delivery.
        value: a share from 0 to 1, a count, or a mean; None where there is too little to measure.
        note: what the number does not say, for example the names of missing columns.
    """

    name: str
    value: float | None
    note: str = ""


def is_identifier(field: Field) -> bool:
    """Tell whether a field names a person or an organisation."""
    return field.logical_type == "string" and bool(_IDENTIFIER.search(field.name))


def names_person(field: Field) -> bool:
    """Tell whether a field names a person; one organisation may fill a delivery, one person may not."""
    return is_identifier(field) and field.classification == "personal"


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

    means, shared = _aggregates(fields, end)
    wanted = {"rows": pl.len()} | means
    recorded = next((field for field in fields if field.name == time_field(contract)), None)
    if recorded is not None:
        column = pl.col(recorded.name)
        outside = (column >= end) if first_load else (column >= end) | (column < start - _OVERLAP)
        wanted |= {"outside": outside.sum(), "newest": column.cast(pl.Date).max()}
    for name, (count, base) in shared.items():
        wanted |= {f"{name}/count": count, f"{name}/base": base}
    facts = scan.select(**wanted).collect(engine="streaming").row(0, named=True)

    rows: int = facts["rows"]
    newest: dt.date | None = facts.get("newest")
    values: dict[str, float | None] = {name: facts[name] if rows >= ENOUGH else None for name in means}
    values |= {name: _share(facts[f"{name}/count"], facts[f"{name}/base"]) for name in shared}
    values["newest_lag_days"] = float((end - newest).days) if newest and rows >= ENOUGH else None
    values |= _sampled(scan, fields, rows)

    empty = {field.name: facts[f"{field.name}.null_share/count"] for field in fields if field.required}
    emptied = [name for name, count in empty.items() if count]
    return [
        Measure("rows", rows),
        Measure("columns_missing", len(missing), ", ".join(missing)),
        Measure("columns_unexpected", len(unexpected), ", ".join(unexpected)),
        Measure("columns_mistyped", len(mistyped), ", ".join(mistyped)),
        Measure("required_empty", sum(empty.values()), ", ".join(emptied)),
        Measure("outside_period", facts.get("outside", 0)),
        *(Measure(name, value) for name, value in values.items()),
    ]


def _aggregates(fields: list[Field], end: dt.date) -> tuple[dict[str, pl.Expr], dict[str, tuple[pl.Expr, pl.Expr]]]:
    """Return means, and shares as (count, base)."""
    import polars as pl

    means: dict[str, pl.Expr] = {}
    shared: dict[str, tuple[pl.Expr, pl.Expr]] = {}
    for field in fields:
        column, name = pl.col(field.name), field.name
        shared[f"{name}.null_share"] = (column.null_count(), pl.len())
        if is_money(field):
            means[f"{name}.mean"] = column.cast(pl.Float64).mean()
        if is_event_date(field):
            day = column.cast(pl.Date)
            shared[f"{name}.implausible_share"] = (((day < _OLDEST) | (day >= end)).sum(), column.count())
        if is_identifier(field):
            shared[f"{name}.placeholder_share"] = (column.str.contains(_PLACEHOLDER).sum(), column.count())
        if is_tax_code(field):
            ten_digits = column.str.contains(r"^\d{10}(-\d{3})?$")
            wrong = ten_digits & (_check_digit(column) != column.str.slice(9, 1).cast(pl.Int32, strict=False))
            shared[f"{name}.bad_check_digit_share"] = (wrong.sum(), ten_digits.sum())
    return means, shared


def _share(count: int, base: int) -> float | None:
    return count / base if base >= ENOUGH else None


def _check_digit(column: pl.Expr) -> pl.Expr:
    import polars as pl

    digits = [column.str.slice(at, 1).cast(pl.Int32, strict=False) * weight for at, weight in enumerate(_TAX_WEIGHTS)]
    return 10 - pl.sum_horizontal(digits) % 11


def _sampled(scan: pl.LazyFrame, fields: list[Field], rows: int) -> dict[str, float | None]:
    """Measure what needs a hash table, on every k-th row, or on the rows whose hash falls in one of k parts."""
    import polars as pl

    every = rows // _SAMPLE + 1
    values: dict[str, float | None] = {}
    grouped = [field.name for field in fields if names_person(field) or field.name == "sex"]
    if grouped:
        thinned = scan.with_row_index("_index").filter(pl.col("_index") % every == 0).select(grouped)
        for column in thinned.collect(engine="streaming").iter_columns():
            given = column.drop_nulls()
            values[f"{column.name}.top_share"] = _share(given.unique_counts().max(), given.len())  # type: ignore[arg-type]
    # A row sent again in another envelope, or under another number in the feed, is still the same row.
    own = [field.name for field in fields if not field.source.startswith("@") and field.name != "change_seq"]
    if own:
        hashes = scan.select(hash=pl.struct(own).hash()).filter(pl.col("hash") % every == 0)
        found = hashes.collect(engine="streaming")["hash"]
        values["duplicate_share"] = _share(found.len() - found.n_unique(), found.len())
    return values
