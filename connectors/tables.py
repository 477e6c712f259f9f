"""Objects of a delivery as columns of text, and text as columns of time."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import polars as pl
import pyarrow as pa


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
    """Return the rows with text columns read as timestamps; a column with any other value stays text.

    Arrow reads a column of nothing but ISO timestamps several times faster than the expressions of polars.
    """
    read = []
    for name in names:
        shortest = rows[name].str.len_bytes().min()
        if isinstance(shortest, int) and shortest >= len("YYYY-MM-DD HH:MM:SS"):
            with suppress(pa.ArrowInvalid):
                read.append(pl.Series(name, rows[name].to_arrow().cast(pa.timestamp("us"))))
    return rows.with_columns(read)


def _text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)
