"""The months of the world and the dated rules that hold in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import polars as pl

from ansinh.months import next_month, parse_month
from sandbox.world.tools import DATA, Array

MERGER = np.datetime64("2025-07-01")
"""63 provinces become 34, districts end; individual tax codes become the personal number."""
SI_NUMBER_CHANGE = np.datetime64("2025-08-01")
"""The personal number replaces the social insurance number in what is recorded from this day."""
VSIC_CHANGE = np.datetime64("2025-11-15")
"""VSIC 2025 replaces VSIC 2018."""
SOCIAL_PENSION = np.datetime64("2025-07-01")
"""The social pension (from 75) replaces the social support of the old (from 80)."""
BASE_SALARY = 2_340_000
CONTRIBUTION_CAP = 20 * BASE_SALARY


def retirement_age_months(year: int) -> tuple[int, int]:
    """Return the retirement age of men and of women in months, for a year from 2021 (Labour Code 2019, Article 169)."""
    step = max(year - 2020, 0)
    return min(720 + 3 * step, 744), min(660 + 4 * step, 720)


def month_number(days: Array) -> Array:
    """Return the months since 1970-01 of each day."""
    return days.astype("datetime64[M]").astype(np.int64)


@dataclass(frozen=True)
class Window:
    """The consecutive months in which the registries record."""

    months: tuple[str, ...]

    @property
    def size(self) -> int:
        """Number of months."""
        return len(self.months)

    @cached_property
    def first_days(self) -> Array:
        """First day of each month."""
        return np.array([f"{m}-01" for m in self.months], dtype="datetime64[D]")

    @cached_property
    def last_days(self) -> Array:
        """Last day of each month."""
        return (self.first_days.astype("datetime64[M]") + 1).astype("datetime64[D]") - 1

    @property
    def start(self) -> np.datetime64:
        """First day."""
        return np.datetime64(self.first_days[0])

    @property
    def end(self) -> np.datetime64:
        """First day after the last month."""
        return np.datetime64(self.last_days[-1] + 1)

    @property
    def days(self) -> int:
        """Number of days."""
        return int((self.end - self.start).astype(int))

    @cached_property
    def numbers(self) -> Array:
        """Months since 1970-01 of each month."""
        return month_number(self.first_days)

    def index(self, days: Array) -> Array:
        """Return the position of each day's month; below 0 before the window, and `size` or more after it."""
        return month_number(days) - int(self.numbers[0])

    def year(self, month: int) -> int:
        """Return the calendar year of a month of the window."""
        return int(self.months[month][:4])

    def merged(self, month: int) -> bool:
        """Whether the 34 provinces are in force in a month of the window."""
        return bool(self.first_days[month] >= MERGER)

    def periods_ending(self, month: int) -> dict[str, str]:
        """Return the periods by frequency (M, Q, A) that end with a month of the window."""
        name, year, number = self.months[month], self.year(month), int(self.months[month][5:])
        periods = {"M": name}
        if number % 3 == 0:
            periods["Q"] = f"{year}-Q{number // 3}"
        if number == 12:
            periods["A"] = str(year)
        return periods

    def whole_periods(self) -> Iterator[tuple[str, str, range]]:
        """Return frequency, name and positions of the months of each period that the window holds whole."""
        length = {"M": 1, "Q": 3, "A": 12}
        for month in range(self.size):
            for freq, period in self.periods_ending(month).items():
                if month + 1 >= length[freq]:
                    yield freq, period, range(month + 1 - length[freq], month + 1)

    def age_months(self, birth: Array, month: int) -> Array:
        """Return completed months of age on the last day of a month; negative before birth."""
        return int(self.numbers[month]) - month_number(birth)

    def past_retirement(self, birth: Array, male: Array, month: int) -> Array:
        """Whether each person has reached the retirement age of the time by the last day of a month.

        Each month of birth has its own month of retirement (Decree 135/2020/ND-CP, Article 4): who reached the age of
        last year stays past it when the age rises in January.
        """
        age = self.age_months(birth, month)
        since_december = int(self.numbers[month]) % 12 + 1

        def reached(year: int, age: Array) -> Array:
            men, women = retirement_age_months(year)
            return age >= np.where(male, men, women)

        return reached(self.year(month), age) | reached(self.year(month) - 1, age - since_december)


def window_of(months: list[str]) -> Window:
    """Return the window of consecutive months.

    Raises:
        ValueError: the list is empty or has a gap.
    """
    days = [parse_month(month) for month in months]
    if not days or any(next_month(a) != b for a, b in pairwise(days)):
        raise ValueError("The months of a world must be consecutive and at least one.")
    return Window(tuple(months))


def coverage_path(indicator: str, window: Window) -> Array:
    """Return the national rate of an indicator (percent) in each month of the window.

    The published year-end values are joined through a year: a drop in January, a straight line to November, and the
    year-end surge. Years outside the table repeat its first or last step of a year.
    """
    table = pl.read_csv(DATA / "coverage.csv").filter(pl.col("indicator") == indicator).sort("year")
    years, ends = table["year"].to_numpy(), table["year_end"].to_numpy()
    gaps, drops = table["november_gap"].to_numpy(), table["january_drop"].to_numpy()

    def year_end(year: int) -> float:
        if year > years[-1]:
            return float(min(ends[-1] + (year - years[-1]) * (ends[-1] - ends[-2]), 99.5))
        return float(ends[max(year - years[0], 0)])

    rates = []
    for month in window.months:
        year, number = int(month[:4]), int(month[5:])
        place = int(np.clip(year - years[0], 0, len(years) - 1))
        if number == 12:
            rates.append(year_end(year))
            continue
        january, november = year_end(year - 1) - drops[place], year_end(year) - gaps[place]
        rates.append(float(january + (november - january) * (number - 1) / 10))
    return np.array(rates)
