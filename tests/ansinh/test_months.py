from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansinh.errors import AnsinhError
from ansinh.months import format_month, month_range, next_month, parse_month

DAYS = st.dates(dt.date(1900, 1, 1), dt.date(2199, 12, 31))


@given(DAYS)
def test_a_month_reads_back_as_its_first_day(day: dt.date) -> None:
    assert parse_month(format_month(day)) == day.replace(day=1)


@given(DAYS)
def test_the_next_month_starts_the_day_after_this_one_ends(day: dt.date) -> None:
    first = next_month(day)
    assert first.day == 1
    assert format_month(first - dt.timedelta(days=1)) == format_month(day)


def test_a_range_holds_both_ends_across_the_year() -> None:
    assert month_range("2024-12", "2025-02") == ["2024-12", "2025-01", "2025-02"]
    assert month_range("2025-06", "2025-06") == ["2025-06"]


@pytest.mark.parametrize("text", ["2025-13", "2025-00", "2025-1", "202501", "2025-01-01", "", " 2025-01", "2025-01\n"])
def test_what_is_not_a_month_is_refused_by_name(text: str) -> None:
    with pytest.raises(AnsinhError, match="is not a month"):
        parse_month(text)


def test_a_backward_range_is_refused() -> None:
    with pytest.raises(AnsinhError, match="runs backwards"):
        month_range("2025-02", "2025-01")
