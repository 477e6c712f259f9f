"""XML as column expressions: one string per row, built by concatenation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import polars as pl

_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def escape(frame: pl.DataFrame) -> pl.DataFrame:
    """Escape the text columns that need it."""
    texts = [name for name, kind in frame.schema.items() if kind == pl.String]
    found = frame.select(pl.col(texts).str.contains("[&<>]").any()) if texts else pl.DataFrame()
    unsafe = [name for name in texts if found[name].item()]
    return frame.with_columns(pl.col(unsafe).str.replace_many(_ESCAPES)) if unsafe else frame


def elements(values: Mapping[str, pl.Expr | str | None], *, keep_empty: bool = True) -> pl.Expr:
    """Return the elements of a record, in order.

    Args:
        values: by tag, a text column, a constant, or None for an empty element.
        keep_empty: write `<TAG/>` where the value is null; else leave the element out.
    """
    parts: list[pl.Expr] = []
    constant = ""
    for tag, value in values.items():
        if isinstance(value, pl.Expr):
            if constant:
                parts.append(pl.lit(constant))
                constant = ""
            element = pl.concat_str(pl.lit(f"<{tag}>"), value, pl.lit(f"</{tag}>"))
            parts.append(element.fill_null(f"<{tag}/>" if keep_empty else ""))
        elif value:
            constant += f"<{tag}>{value}</{tag}>"
        elif keep_empty:
            constant += f"<{tag}/>"
    return pl.concat_str(*parts, *([pl.lit(constant)] if constant else []))


def join_by(rows: pl.DataFrame, keys: Iterable[str], name: str) -> pl.DataFrame:
    """Join the column `name` of the rows that share the keys, in their order."""
    return rows.group_by(*keys, maintain_order=True).agg(pl.col(name).str.join(""))
