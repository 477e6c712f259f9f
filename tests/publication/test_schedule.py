"""The calendar: which vintage is due when, and the end of the embargo."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from ansinh.errors import AnsinhError
from publication import schedule, settings
from publication.periods import parse
from tests.publication import nation


@pytest.fixture(autouse=True)
def _settings_of_the_test() -> Iterator[None]:
    settings.get_settings.cache_clear()
    yield
    settings.get_settings.cache_clear()


@pytest.mark.parametrize(("period", "due"), [
    ("2025-03", ["2025-04-06 preliminary"]),
    ("2025-Q1", ["2025-04-06 preliminary"]),
    ("2025-12", ["2026-01-06 estimate", "2026-02-06 preliminary"]),
    ("2025-Q4", ["2026-01-06 estimate", "2026-02-06 preliminary"]),
    ("2025", ["2026-01-15 estimate", "2026-02-06 preliminary", "2027-10-03 official"]),
])  # fmt: skip
def test_each_period_has_its_days(period: str, due: list[str]) -> None:
    assert [f"{one.day} {one.vintage}" for one in schedule.dates(parse(period))] == due


@pytest.mark.parametrize(("period", "today", "vintage"), [
    ("2025-03", "2025-04-05", "estimate"),
    ("2025-03", "2025-04-06", "preliminary"),
    ("2025-03", "2031-01-01", "preliminary"),
    ("2025-12", "2026-01-31", "estimate"),
    ("2025-12", "2026-02-06", "preliminary"),
    ("2025", "2026-01-01", "estimate"),
    ("2025", "2027-10-02", "preliminary"),
    ("2025", "2027-10-03", "official"),
])  # fmt: skip
def test_the_vintage_is_the_last_one_due(period: str, today: str, vintage: str) -> None:
    assert schedule.vintage(parse(period), dt.date.fromisoformat(today)) == vintage


def test_a_year_lists_every_vintage_that_falls_into_it() -> None:
    days = [f"{due.day} {due.period} {due.vintage}" for due in schedule.of_year(2026)]
    assert len(days) == 21
    assert days == sorted(days)
    assert {"2026-01-15 2025 estimate", "2026-10-03 2024 official", "2026-10-06 2026-Q3 preliminary"} <= set(days)


def test_the_embargo_ends_at_the_hour_of_viet_nam(monkeypatch: pytest.MonkeyPatch) -> None:
    assert schedule.embargo(parse("2025-03"), "preliminary") is None
    nation.set_release(monkeypatch, embargo="09:00")
    moment = schedule.embargo(parse("2025-03"), "preliminary")
    assert moment is not None
    assert moment.astimezone(dt.UTC) == dt.datetime(2025, 4, 6, 2, tzinfo=dt.UTC)
    assert schedule.embargo(parse("2025-03"), "official") is None


def test_the_days_are_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    nation.set_release(monkeypatch, day="12", official="05-31", official_years="1")
    assert [str(due.day) for due in schedule.dates(parse("2025"))] == ["2026-01-15", "2026-02-12", "2026-05-31"]


@pytest.mark.parametrize(("name", "value"), [("day", "31"), ("official", "02-30"), ("approval", "perhaps")])
def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    nation.set_release(monkeypatch, **{name: value})
    with pytest.raises(AnsinhError, match="wrong"):
        settings.get_settings()


@pytest.mark.parametrize(("text", "newest"), [
    ("2025-01", {"M": "2025-01", "Q": "2024-Q4", "A": "2024"}),
    ("2025-03", {"M": "2025-03", "Q": "2025-Q1", "A": "2024"}),
    ("2025-12", {"M": "2025-12", "Q": "2025-Q4", "A": "2025"}),
    ("2025-Q2", {"Q": "2025-Q2"}),
    ("2025", {"A": "2025"}),
])  # fmt: skip
def test_a_period_holds_what_has_ended(text: str, newest: dict[str, str]) -> None:
    assert parse(text).newest() == newest
