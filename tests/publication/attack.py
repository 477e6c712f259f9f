"""An attack on published tables: how much a reader who knows the rules, the law of sums and the bases can find out.

The attacker has the CSV files of one or two releases and nothing else, but for the denominators, which others publish.
He knows that

* provinces add up to the country, old ones to new ones, sexes, age groups and the categories of a breakdown to totals;
* SI_NUM is the numerator of SI_COV, its schemes those of SI_COV_COMP and SI_COV_VOL, which add up to SI_COV;
* the figure of a quarter or year is that of its last month for a stock, the sum of its months for events;
* nobody counts less than nothing, nor more than the base;
* between two releases figures only grew, and none by more than a few persons.

Everything is one system of linear equations; linear programming (HiGHS) bounds each hidden cell. One solution bounds
many cells, so random directions come first, then each cell that is still narrow by itself.
"""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

from tests.publication import country

Cell = tuple[str, str, str, str, str, str, str, str]
"""Indicator, frequency, period, area, sex, age, breakdown, category; areas as `34-01`, `63-02` or `VN`."""

Range = tuple[float, float]

_SAME = {"SI_NUM": "SI_COV"}
_SCHEMES = {"compulsory": "SI_COV_COMP", "voluntary": "SI_COV_VOL"}
STOCKS = {"HI_COV"}
EVENTS = {"ONETIME"}
MONEY = {"LATE_RATE"}


@dataclass
class Published:
    """What the reader of one release knows of each cell; `marks` counts for readers who take C and D at their word."""

    numbers: dict[Cell, float] = field(default_factory=dict)
    marks: dict[Cell, set[str]] = field(default_factory=lambda: defaultdict(set))

    @classmethod
    def read(cls, text: str) -> Published:
        """Read the CSV of a release."""
        found = cls()
        for row in pl.read_csv(io.StringIO(text), infer_schema=False).iter_rows(named=True):
            figure = cell(row)
            found.marks[figure].add(row["conf_status"])
            # A rate and its base give the numerator, and so do the ends of its interval.
            told = [row[name] for name in ("numerator", "value", "lower", "upper")]
            assert row["numerator"] is not None or not any(told)
            if row["numerator"] is not None:
                found.numbers[figure] = float(row["numerator"])
        return found


def ranges(
    releases: list[str], bases: Mapping[Cell, float], growth: float = 0, threshold: int = 0
) -> dict[Cell, tuple[Range, set[str]]]:
    """Return for each cell that every release hides the range of its first value, and its marks there.

    Args:
        releases: CSV files, the earlier first.
        bases: denominators, known to everybody.
        growth: by how much a figure can have grown from one release to the next.
        threshold: of the rule, for a reader who believes the marks; 0 for one who does not look at them.
    """
    tables = [Published.read(text) for text in releases]
    first = tables[0]
    cells = sorted(set().union(*(table.marks for table in tables)))
    place = {cell: number for number, cell in enumerate(cells)}
    count = len(cells)
    sums = _equations(place)
    # One unknown per cell for the first value, and one per further release for its growth.
    bounds = np.zeros((count * len(tables), 2))
    for cell, number in place.items():
        bounds[number] = _bounds(cell, first, bases, threshold)
    for step, table in enumerate(tables[1:], 1):
        bounds[step * count : (step + 1) * count] = 0, growth
        for cell, number in place.items():
            if cell in first.numbers and cell in table.numbers:
                bounds[step * count + number] = table.numbers[cell] - first.numbers[cell]
    rows, columns, values, totals = [], [], [], []
    for row, equation in enumerate(sums * len(tables)):
        for number, sign in equation:
            rows.append(row)
            columns.append(row // len(sums) * count + number)
            values.append(sign)
    totals = [0.0] * (len(sums) * len(tables))
    for step, table in enumerate(tables[1:], 1):
        for cell in set(table.numbers) - set(first.numbers):
            rows += [len(totals)] * (step + 1)
            columns += [later * count + place[cell] for later in range(step + 1)]
            values += [1] * (step + 1)
            totals.append(table.numbers[cell])
    known = csr_matrix((values, (rows, columns)), shape=(len(totals), len(bounds)))
    hidden = [cell for cell in cells if first.marks[cell] and not any(cell in table.numbers for table in tables)]
    found = _extremes(known, np.array(totals), bounds, [place[cell] for cell in hidden])
    return {cell: (found[place[cell]], first.marks[cell]) for cell in hidden}


def cell(row: Mapping[str, str]) -> Cell:
    """Return the cell of a row; figures under two names are one."""
    indicator = _SAME.get(row["indicator"], row["indicator"])
    breakdown, category = row["breakdown"], row["category"]
    if row["indicator"] == "SI_NUM" and category in _SCHEMES:
        indicator, breakdown, category = _SCHEMES[category], "_T", "_T"
    freq, period = row["freq"], row["period"]
    if indicator in STOCKS and freq == "Q":
        freq, period = "M", f"{period[:4]}-{3 * int(period[-1]):02}"
    area = "VN" if row["area"] == "VN" else f"{row['area_list']}-{row['area']}"
    if area.startswith("63") and list(_successors().values()).count(new := _successors()[row["area"]]) == 1:
        area = f"34-{new}"
    return (indicator, freq, period, area, row["sex"], row["age"], breakdown, category)


def _successors() -> dict[str, str]:
    return dict(country.crosswalk().iter_rows())


def _equations(place: dict[Cell, int]) -> list[list[tuple[int, int]]]:
    """Return every sum as its signed cells; a part is left out where nothing is published for it."""
    parts: dict[tuple[Cell, str], list[int]] = defaultdict(list)
    for cell, number in place.items():
        indicator, freq, period, area, sex, age, breakdown, category = cell
        detail = (sex, age, breakdown, category)
        if area != "VN":
            above = f"34-{_successors()[area[3:]]}" if area.startswith("63") else "VN"
            parts[(indicator, freq, period, above, *detail), "area"].append(number)
        if sex != "_T":
            parts[(*cell[:4], "_T", *cell[5:]), "sex"].append(number)
        if age != "_T":
            parts[(*cell[:5], "_T", *cell[6:]), "age"].append(number)
        if category != "_T":
            parts[(*cell[:6], "_T", "_T"), breakdown].append(number)
        if indicator in _SCHEMES.values():
            parts[("SI_COV", *cell[1:]), "scheme"].append(number)
        if freq == "M" and indicator in EVENTS:
            parts[(indicator, "A", period[:4], area, *detail), "months"].append(number)
    complete = {"scheme": 2, "months": 12}
    return [
        [(place[total], -1), *((part, 1) for part in members)]
        for (total, kind), members in parts.items()
        if total in place and len(members) >= complete.get(kind, 1)
    ]


def _bounds(cell: Cell, first: Published, bases: Mapping[Cell, float], threshold: int) -> Range:
    if cell in first.numbers:
        return (first.numbers[cell],) * 2
    low, high = 0.0, bases.get(cell, np.inf)
    if cell[0] in MONEY or not threshold or not first.marks[cell]:
        return low, high
    if first.marks[cell] == {"D"}:
        return threshold, high - threshold
    return low, high if cell in bases else threshold - 1


def _extremes(known: csr_matrix, totals: np.ndarray, bounds: np.ndarray, wanted: list[int]) -> dict[int, Range]:
    low, high = np.full(len(bounds), np.inf), np.full(len(bounds), -np.inf)

    def look(objective: np.ndarray) -> None:
        solved = linprog(objective, A_eq=known, b_eq=totals, bounds=bounds, method="highs")
        assert solved.success, solved.message
        np.minimum(low, solved.x, out=low)
        np.maximum(high, solved.x, out=high)

    # An amount without an upper end is cut off where nobody needs to know more.
    bounds[:, 1] = np.minimum(bounds[:, 1], bounds[np.isfinite(bounds)].max() * 10 + 100)
    random = np.random.default_rng(1)
    for _ in range(30):
        objective = np.zeros(len(bounds))
        objective[wanted] = random.choice([-1.0, 0.0, 1.0], len(wanted))
        look(objective)
    for number in wanted:
        for sign in (1.0, -1.0):
            if high[number] - low[number] < WIDE:
                objective = np.zeros(len(bounds))
                objective[number] = sign
                look(objective)
    return {number: (float(low[number]), float(high[number])) for number in wanted}


WIDE = 4.0
"""Ranges of this many persons are not examined further: the test asks for no more."""
