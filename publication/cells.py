"""The figures as one matrix, columns x areas: the form in which disclosure control sees sums and links.

A *column* is one indicator, period, sex, age and category, with a number for every area. The old provinces add up to
the new ones and these to the nation, so both lists are one axis; a province that only changed its list is one area.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from publication.hypercube import Axis, Counts, Mask, tree

NATION = "VN"
TOTAL = "_T"
SERIES = ("indicator", "freq", "period")
DETAIL = ("sex", "age", "breakdown", "category")
COLUMN = (*SERIES, *DETAIL)

Numbers = npt.NDArray[np.int64]
Area = tuple[str, str]


@dataclass(frozen=True)
class Grid:
    """A table cut out of the matrix: places of its areas, its columns (-1: none), and both axes."""

    places: Numbers
    columns: Numbers
    areas: Axis
    details: Axis

    def get(self, matrix: npt.NDArray[Any], empty: float) -> npt.NDArray[Any]:
        """Return the table's part of a matrix, areas x details."""
        part = matrix[np.ix_(self.columns, self.places)].T.copy()
        part[:, self.columns < 0] = empty
        return part

    def put(self, matrix: Mask, part: Mask) -> None:
        """Add the table's part to a matrix."""
        real = self.columns >= 0
        matrix[np.ix_(self.columns[real], self.places)] |= part.T[real]


@dataclass(frozen=True, eq=False)
class Cells:
    """All figures; the matrices have the shape columns x areas.

    Attributes:
        columns: key of each column, in order.
        areas: area of each place, and its total.
        column_of: column of each row of the figures.
        area_of: area of each row of the figures.
    """

    columns: pl.DataFrame
    areas: tuple[tuple[Area, Area | None], ...]
    column_of: Numbers
    area_of: Numbers

    @property
    def shape(self) -> tuple[int, int]:
        """Number of columns and of areas."""
        return self.columns.height, len(self.areas)

    @cached_property
    def published(self) -> Mask:
        """Cells for which there is a figure."""
        there = np.zeros(self.shape, dtype=bool)
        there[self.column_of, self.area_of] = True
        return there

    def matrix(self, values: pl.Series, empty: float) -> Counts:
        """Spread values of the rows over the matrix; missing values and missing rows are `empty`."""
        spread = np.full(self.shape, empty)
        spread[self.column_of, self.area_of] = values.cast(pl.Float64).fill_null(empty).to_numpy()
        return spread

    def mask(self, values: pl.Series) -> Mask:
        """Spread a condition of the rows; several rows that are one cell meet it together."""
        spread = np.zeros(self.shape, dtype=bool)
        true = values.fill_null(False).to_numpy()
        spread[self.column_of[true], self.area_of[true]] = True
        return spread

    def grids(self, inside: Counts) -> Iterator[Grid]:
        """Yield the tables: for each indicator and period the cube of sex and age or both margins, and each breakdown.

        Args:
            inside: numerators; a breakdown whose categories exceed the total is no partition of it.
        """
        for series in self.columns.with_row_index("column").partition_by(SERIES, maintain_order=True):
            totals = series.filter(sex=TOTAL, age=TOTAL, category=TOTAL)["column"].to_numpy()
            for columns, details in _layouts(series, inside):
                # The areas of the parts: a total may be published for the older provinces, too, without them.
                parts = np.setdiff1d(columns[columns >= 0], totals)
                places = np.flatnonzero(self.published[parts if len(parts) else totals].any(axis=0))
                yield Grid(places, columns, self._axis(tuple(places)), details)

    @lru_cache(maxsize=64)  # noqa: B019
    def _axis(self, places: tuple[int, ...]) -> Axis:
        chosen = [self.areas[place] for place in places]
        position = {area: place for place, (area, _) in enumerate(chosen)}
        return tree([position.get(above) if above else None for _, above in chosen])


def _layouts(series: pl.DataFrame, inside: Counts) -> Iterator[tuple[Numbers, Axis]]:
    """Yield the columns of each table of one indicator and period, -1 where there is none, with their axis."""
    plain = series.filter(breakdown=TOTAL)
    place = {(sex, age): column for column, sex, age in plain.select("column", "sex", "age").iter_rows()}
    sexes, ages = (sorted(set(plain[name]) - {TOTAL}) for name in ("sex", "age"))
    total = place.get((TOTAL, TOTAL))
    parts = [
        breakdown["column"].to_list()
        for breakdown in series.filter(pl.col("breakdown") != TOTAL).partition_by("breakdown", maintain_order=True)
    ]
    if any(TOTAL not in cell for cell in place):
        cells = [(sex, age) for sex in (TOTAL, *sexes) for age in (TOTAL, *ages)]
        yield np.array([place.get(cell, -1) for cell in cells]), _partition(len(sexes)) @ _partition(len(ages))
    else:
        margins = [[(sex, TOTAL) for sex in sexes], [(TOTAL, age) for age in ages]]
        parts += [[place[cell] for cell in margin] for margin in margins if margin]
        if total is not None:
            yield np.array([total]), _partition(0)
    for part in parts:
        if total is not None and (inside[part].sum(axis=0) <= inside[total] + 0.5).all():
            yield np.array([total, *part]), _partition(len(part))
        else:
            yield np.array(part), tree([None] * len(part))


@lru_cache(maxsize=64)
def _partition(parts: int) -> Axis:
    """Return the axis of a total with its parts."""
    return tree([None] + [0] * parts)


def arrange(observations: pl.DataFrame, areas: pl.DataFrame) -> Cells:
    """Return the matrix of figures.

    Args:
        observations: figures with the key of `indicators.indicator_observation`.
        areas: provinces with `area_list`, `area` and, on the list 63, the `successor` on the list 34.
    """
    successor = dict(areas.drop_nulls("successor").select("area", "successor").iter_rows())
    merged = set(successor.values()) - {new for new in successor.values() if [*successor.values()].count(new) == 1}
    listed = observations.select("area_list", "area").unique()
    keys = [_area(area_list, area, successor, merged) for area_list, area in listed.iter_rows()]
    known = sorted(set(keys))

    def above(area: Area) -> Area | None:
        new = ("34", successor.get(area[1], ""))
        total = new if area[0] == "63" and new in known else ("", NATION)
        return total if total != area and total in known else None

    places = listed.with_columns(_area=pl.Series([known.index(key) for key in keys], dtype=pl.Int64))
    columns = observations.select(COLUMN).unique().sort(COLUMN)
    numbered = observations.join(columns.with_row_index("_column"), on=COLUMN, how="left", maintain_order="left").join(
        places, on=["area_list", "area"], how="left", maintain_order="left"
    )
    return Cells(
        columns, tuple((area, above(area)) for area in known),
        numbered["_column"].cast(pl.Int64).to_numpy(), numbered["_area"].to_numpy(),
    )  # fmt: skip


def _area(area_list: str, area: str, successor: dict[str, str], merged: set[str]) -> Area:
    if area == NATION:
        return ("", NATION)
    if area_list == "63" and area in successor and successor[area] not in merged:
        return ("34", successor[area])
    return (area_list, area)
