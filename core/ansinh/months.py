"""Months: `YYYY-MM` in interfaces, the first day of the month as `date` in tables."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

from ansinh.errors import AnsinhError

_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")


def parse_month(text: str) -> dt.date:
    """Return the first day of the month `YYYY-MM`.

    Raises:
        AnsinhError: the text is not a month.
    """
    if not _MONTH.fullmatch(text):
        raise AnsinhError(f"'{text}' is not a month.", "Write months as YYYY-MM, for example 2025-12.")
    return dt.date.fromisoformat(f"{text}-01")


def format_month(day: dt.date) -> str:
    """Return the month of a day as `YYYY-MM`."""
    return f"{day:%Y-%m}"


def next_month(day: dt.date) -> dt.date:
    """Return the first day of the month after the day's month."""
    return dt.date(day.year + day.month // 12, day.month % 12 + 1, 1)


def month_range(first: str, last: str) -> list[str]:
    """Return the months from `first` to `last`, both included.

    Raises:
        AnsinhError: a text is not a month, or the first comes after the last.
    """
    start, end = parse_month(first), parse_month(last)
    if start > end:
        raise AnsinhError(f"The range {first} to {last} runs backwards.", "Give the earlier month first.")
    return list(_months(start, end))


def _months(day: dt.date, end: dt.date) -> Iterator[str]:
    while day <= end:
        yield format_month(day)
        day = next_month(day)
