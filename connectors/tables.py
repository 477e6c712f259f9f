"""Objects of a delivery as columns of text, and text as columns of time."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import polars as pl
import pyarrow as pa

_SECONDS = len("YYYY-MM-DD HH:MM:SS")


def text_frame(items: list[dict[str, Any]], names: list[str]) -> pl.DataFrame:
    """Return objects as text columns; a name that no object has becomes no column.

    Args:
        items: objects of a JSON document.
        names: the columns of a table without rows.
    """
    found = dict.fromkeys(name for item in items for name in item) or dict.fromkeys(names)
    columns = {name: [_text(item.get(name)) for item in items] for name in found}
    return pl.DataFrame(columns, schema=dict.fromkeys(found, pl.String()))


def with_timestamps(rows: pl.DataFrame, names: list[str]) -> pl.DataFrame:
    """Return the rows with text columns read as timestamps; a column with any other value stays text."""
    return rows.with_columns(read for name in names if (read := _timestamps(rows[name])) is not None)


def _timestamps(column: pl.Series) -> pl.Series | None:
    """Read a column of nothing but ISO timestamps, several times faster than for values that differ in form."""
    lengths = column.str.len_bytes()
    shortest = lengths.min()
    if not isinstance(shortest, int) or shortest < _SECONDS:
        return None
    if lengths.max() == _SECONDS:
        separator = str(column.drop_nulls()[0])[10]
        # A cache pays where values repeat.
        read = column.str.to_datetime(f"%Y-%m-%d{separator}%H:%M:%S", time_unit="us", strict=False, cache=False)
        return read if separator in " T" and read.null_count() == column.null_count() else None
    # Arrow knows fractions of any length; what it needs for that takes a tenth of a second to import.
    with suppress(pa.ArrowInvalid):
        return pl.Series(column.name, column.to_arrow().cast(pa.timestamp("us")))
    return None


def _text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)
