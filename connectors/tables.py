"""Objects of a delivery as columns of text."""

from __future__ import annotations

import json
from typing import Any

import polars as pl


def text_frame(items: list[dict[str, Any]], names: list[str]) -> pl.DataFrame:
    """Return objects as text columns; a name that no object has becomes no column.

    Args:
        items: objects of a JSON document.
        names: the columns of a table without rows.
    """
    found = dict.fromkeys(name for item in items for name in item) or dict.fromkeys(names)
    columns = {name: [_text(item.get(name)) for item in items] for name in found}
    return pl.DataFrame(columns, schema=dict.fromkeys(found, pl.String()))


def _text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)
