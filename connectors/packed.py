"""Columns of text on their way between processes: one string each, quick to send, with nothing large to import."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

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
    joined = {
        name: _SEPARATOR.join([_NOTHING if value is None else value for value in column])
        for name, column in columns.items()
    }
    return Packed(rows, joined)


def unpack(packed: Packed) -> pl.DataFrame:
    """Return the columns as a table of text."""
    import polars as pl

    if not packed.rows:
        return pl.DataFrame(schema=dict.fromkeys(packed.columns, pl.String()))
    columns = [pl.Series(name, [text]).str.split(_SEPARATOR).explode() for name, text in packed.columns.items()]
    return pl.DataFrame(columns).select(pl.when(pl.all() != _NOTHING).then(pl.all()))
