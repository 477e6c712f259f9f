"""Columns of text on their way between processes: one string each, quick to send, with nothing large to import."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    import polars as pl

# Neither can occur in XML.
_SEPARATOR, _NOTHING = "\x1f", "\0"


@dataclass(frozen=True)
class Packed:
    """Columns of equal length, each joined into one string."""

    rows: int
    columns: dict[str, str]


def pack(rows: int, columns: Mapping[str, list[str | None]]) -> Packed:
    """Return columns ready to send."""
    return Packed(rows, {name: _joined(column) for name, column in columns.items()})


def _joined(column: list[str | None]) -> str:
    try:
        return _SEPARATOR.join(cast("list[str]", column))
    except TypeError:  # a gap; looking for one in each column would take as long as joining it
        return _SEPARATOR.join([_NOTHING if value is None else value for value in column])


def unpack(packed: Packed) -> pl.DataFrame:
    """Return the columns as a table of text."""
    import polars as pl

    if not packed.rows:
        return pl.DataFrame(schema=dict.fromkeys(packed.columns, pl.String()))
    joined = pl.DataFrame({name: [text] for name, text in packed.columns.items()})
    rows = joined.select(pl.all().str.split(_SEPARATOR)).explode(*packed.columns)
    gaps = [name for name, text in packed.columns.items() if _NOTHING in text]
    return rows.with_columns(pl.when(pl.col(gaps) != _NOTHING).then(pl.col(gaps)))
