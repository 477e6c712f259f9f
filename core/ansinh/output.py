"""How the command line speaks: tables for people at 80 columns, JSON for programs."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.table import Table

console = Console(highlight=False, soft_wrap=False)


def print_json(value: object) -> None:
    """Print a value as JSON: months and times as text, exact numbers as numbers."""
    json.dump(value, sys.stdout, ensure_ascii=False, indent=2, default=_plain)
    sys.stdout.write("\n")


def print_table(columns: dict[str, str], rows: Iterable[Iterable[Any]], empty: str) -> None:
    """Print rows under columns (title to `left` or `right`), or the sentence `empty` where there are none."""
    table = Table(box=None, header_style="bold", pad_edge=False, show_header=any(map(str.strip, columns)))
    for title, side in columns.items():
        table.add_column(title, justify="right" if side == "right" else "left", overflow="fold")
    for row in rows:
        table.add_row(*(_cell(value) for value in row))
    if table.row_count:
        console.print(table)
    else:
        console.print(empty)


def complain(message: str, next_step: str) -> None:
    """Print an error: one sentence and what to do next."""
    stderr = Console(stderr=True, highlight=False)
    stderr.print(f"[bold red]Error:[/] {_escape(message)}", soft_wrap=True)
    if next_step:
        stderr.print(f"[bold]Next:[/] {_escape(next_step)}", soft_wrap=True)


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    return str(value)


def _cell(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, dt.datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return _escape(str(value))


def _escape(text: str) -> str:
    from rich.markup import escape

    return escape(text)
