"""The cells of the indicators: counts by province, sex and age group, summed to every margin that is published."""

from __future__ import annotations

import numpy as np
import polars as pl

from sandbox.world.country import Country
from sandbox.world.tools import Array, texts

AGE_BOUNDS = [6, 15, 25, 35, 45, 55, 65, 75]
AGE_GROUPS = ["Y0T5", "Y6T14", "Y15T24", "Y25T34", "Y35T44", "Y45T54", "Y55T64", "Y65T74", "Y_GE75"]
LABOUR_GROUPS = ["Y15T24", "Y25T34", "Y35T44", "Y45T54", "Y_GE55"]
WHOLE = "_T"
_LABOUR_PLACE = np.array([0, 1, 2, 3, 4, 4, 4])
_SHAPE = (63, 2, len(AGE_GROUPS))
_LABOUR = (
    "SI_COV", "SI_COV_COMP", "SI_COV_VOL", "SI_NUM", "UI_COV", "UNEMP_COV", "WKINJ_COV", "NEW_PART", "SUBSIDY_VOL",
    "EVASION_GAP",
)  # fmt: skip
"""Indicators by the age groups of the labour force."""
_HEADLINE = ("SI_COV", "SI_COV_VOL", "UI_COV", "HI_COV", "PENS_COV", "LINK_RATE")
"""Indicators in the full cube of area, sex and age, in months of the 63 list on that list too."""


def leaves(country: Country, month: int) -> Array:
    """Return the province, sex and age group of everybody at a month's end, as one number for `count`."""
    people, window = country.people, country.window
    province = country.geography.ward63_province[people.ward(window.last_days[month])]
    age = np.searchsorted(AGE_BOUNDS, window.age_months(people.birth, month) // 12, side="right")
    return np.asarray(np.ravel_multi_index((province, (~people.male).astype(np.int64), age), _SHAPE))


def moved_to(leaf: Array, province: Array) -> Array:
    """Return leaves with another province."""
    groups = _SHAPE[1] * _SHAPE[2]
    return np.asarray(province.astype(np.int64) * groups + leaf % groups)


def count(leaf: Array, weights: Array | None = None) -> Array:
    """Return how many, or the sum of their weights, by province, sex and age group."""
    return np.bincount(leaf, weights, int(np.prod(_SHAPE))).reshape(_SHAPE)


class Cells:
    """The figures of all indicators, growing."""

    def __init__(self, country: Country) -> None:
        self._geography = country.geography
        self._names: list[tuple[str, ...]] = []
        self._parts: list[tuple[Array, ...]] = []

    def add(
        self,
        indicator: str,
        periods: dict[str, str],
        numerator: Array,
        denominator: Array | None = None,
        breakdown: str = WHOLE,
        category: str = WHOLE,
    ) -> None:
        """Add a figure with its margins: sex and age one at a time; a category of a breakdown by area only.

        Args:
            periods: the period of each frequency that the figure holds for.
            numerator: by province of the 63 list, sex and age group; by province alone where no person is behind it.
            denominator: the same, where the figure is a percentage.
        """
        cube = indicator in _HEADLINE and breakdown == WHOLE
        for freq, period in periods.items():
            for area_list in ("34", "63") if cube and freq == "M" and period < "2025-07" else ("34",):
                self._names.append((indicator, freq, period, area_list, breakdown, category))
                self._parts.append(
                    self._cells(indicator in _LABOUR, numerator, denominator, area_list, cube, breakdown == WHOLE)
                )

    def frame(self) -> pl.DataFrame:
        """Return all cells: the key, numerator, denominator and value (per cent, or the numerator)."""
        part = np.repeat(np.arange(len(self._parts)), [len(numbers) for *_, numbers in self._parts])
        area, sex, age, above, below = (np.concatenate(column) for column in zip(*self._parts, strict=True))
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.where(below > 0, np.round(100 * above / below, 4), np.nan)
        names = ("indicator", "freq", "period", "area_list", "breakdown", "category")
        columns = {
            name: texts(list(values), part) for name, values in zip(names, zip(*self._names, strict=True), strict=True)
        }
        columns |= {
            "area": texts(["VN", *self._geography.province34, *self._geography.province63], area),
            "sex": texts([WHOLE, "M", "F"], sex),
            "age": texts([WHOLE, *AGE_GROUPS, *LABOUR_GROUPS], age),
            "numerator": pl.Series(above),
            "denominator": pl.Series(below, nan_to_null=True),
            "value": pl.Series(np.where(np.isnan(below), above, share), nan_to_null=True),
        }
        key = ["indicator", "freq", "period", "area_list", "area", "sex", "age", "breakdown", "category"]
        return pl.DataFrame(columns).select(*key, "numerator", "denominator", "value").sort(key)

    def _cells(
        self, labour: bool, numerator: Array, denominator: Array | None, area_list: str, cube: bool, whole: bool
    ) -> tuple[Array, ...]:
        """Return area, sex and age of the cells, as places among all of them, with numerator and denominator."""
        above = self._margins(numerator, area_list, labour)
        below = np.full(above.shape, np.nan)
        if denominator is not None:
            below = np.broadcast_to(self._margins(denominator, area_list, labour), above.shape)
        area, sex, age = np.asarray(np.indices(above.shape))
        wanted = (above != 0) | (below > 0)
        wanted &= cube | (sex == 0) | (age == 0) if whole else (sex == 0) & (age == 0)
        area, sex, age = area[wanted], sex[wanted], age[wanted]
        area = np.where((area > 0) & (area_list == "63"), area + len(self._geography.province34), area)
        age = np.where((age > 0) & labour, age + len(AGE_GROUPS), age)
        return area, sex, age, above[wanted], below[wanted]

    def _margins(self, leaf: Array, area_list: str, labour: bool) -> Array:
        """Return sums by area, sex and age, with the total at the first place of each."""
        cube: Array = leaf.astype(np.float64).reshape(leaf.shape + (1,) * (3 - leaf.ndim))
        if area_list == "34":
            cube = _sums(cube, self._geography.to34)
        if labour and cube.shape[2] > 1:
            cube = np.moveaxis(_sums(np.moveaxis(cube, 2, 0)[2:], _LABOUR_PLACE), 0, 2)
        for axis in range(3):
            if axis == 0 or cube.shape[axis] > 1:
                cube = np.concatenate([cube.sum(axis=axis, keepdims=True), cube], axis=axis)
        return cube


def _sums(cube: Array, place: Array) -> Array:
    result = np.zeros((int(place.max()) + 1, *cube.shape[1:]))
    np.add.at(result, place, cube)
    return result
