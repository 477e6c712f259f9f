"""Disclosure control: cells that count few persons are hidden, and cells beside them so that no sum gives them away.

A table is one indicator and month: the cube area x sex x age with its published totals. The 63 old provinces add up
to the 34 new ones, these to the nation, so both province lists are one table. Which cells are hidden beside the small
ones is decided in `publication.hypercube`.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
import polars as pl

from publication.hypercube import Grid, moves, protect

NATION = "VN"
TOTAL = "_T"
FREE, PRIMARY, SECONDARY = "F", "C", "D"
SUPPRESSED = "Q"
"""SDMX observation status of a hidden cell: missing value; suppressed."""

_Area = tuple[str, str]


def suppress(observations: pl.DataFrame, areas: pl.DataFrame, threshold: int) -> pl.DataFrame:
    """Hide what could give away few persons: the published form of the figures.

    A cell is primary (`C`) when its numerator, or those of its denominator who are not in the numerator, are fewer
    than `threshold` persons, zero included. Secondary cells (`D`) are hidden to keep the primary ones from being
    computed. Hidden cells lose numerator, denominator and value, and get the observation status `Q`.

    Args:
        observations: figures with the columns of `indicators.indicator_observation`, all areas of a month together.
        areas: provinces with `area_list`, `area` and, on the list 63, the `successor` on the list 34.
        threshold: persons; 1 hides nothing.

    Returns:
        The same rows with the column `conf_status`: `F` free, `C` primary, `D` secondary.
    """
    successor = dict(areas.drop_nulls("successor").select("area", "successor").iter_rows())
    rows = observations.with_row_index("_row")
    status = np.full(rows.height, FREE)
    if threshold > 1:
        for table in rows.partition_by("indicator", "period"):
            status[table["_row"].to_numpy()] = _statuses(table, successor, threshold)
    hidden = pl.col("conf_status") != FREE
    return (
        rows.drop("_row")
        .with_columns(conf_status=pl.Series(status, dtype=pl.String))
        .with_columns(
            *(pl.when(~hidden).then(column) for column in ("numerator", "denominator", "value")),
            obs_status=pl.when(hidden).then(pl.lit(SUPPRESSED)).otherwise("obs_status"),
        )
    )


def _statuses(table: pl.DataFrame, successor: dict[str, str], threshold: int) -> npt.NDArray[np.str_]:
    """Return the mark of each row of one indicator and month."""
    listed = table.select("area_list", "area").unique()
    keys = [_area_key(area_list, area, successor) for area_list, area in listed.iter_rows()]
    areas, area_moves = _area_axis(frozenset(keys), tuple(sorted(successor.items())))
    sexes, sex_moves = _flat_axis(frozenset(table["sex"].unique()))
    ages, age_moves = _flat_axis(frozenset(table["age"].unique()))
    detail_moves = np.kron(sex_moves, age_moves)
    places = listed.with_columns(place=pl.Series([areas.index(key) for key in keys]))
    row_of = table.join(places, on=["area_list", "area"], maintain_order="left")["place"].to_numpy()
    columns = _index("sex", sexes) * len(ages) + _index("age", ages)
    column_of = table.select(columns).to_series().to_numpy()
    inside = np.zeros((len(areas), len(sexes) * len(ages)))
    outside = np.full_like(inside, -np.inf)
    present = np.zeros_like(inside, dtype=bool)
    counted = table.select(
        pl.col("numerator").cast(pl.Float64),
        rest=(pl.col("denominator") - pl.col("numerator")).cast(pl.Float64).fill_null(-np.inf),
    )
    inside[row_of, column_of] = counted["numerator"].fill_null(0).to_numpy()
    outside[row_of, column_of] = counted["rest"].to_numpy()
    present[row_of, column_of] = table["numerator"].is_not_null().to_numpy()
    # Nobody there at all: nothing to protect, and nothing that could be otherwise.
    present &= (inside != 0) | (np.isfinite(outside) & (outside != 0))
    primary, hidden = protect(inside, outside, present, area_moves, detail_moves, threshold)
    marks: npt.NDArray[np.str_] = np.where(primary, PRIMARY, np.where(hidden, SECONDARY, FREE))[row_of, column_of]
    return marks


def _index(column: str, levels: tuple[str, ...]) -> pl.Expr:
    return pl.col(column).replace_strict({code: place for place, code in enumerate(levels)}, return_dtype=pl.Int64)


def _area_key(area_list: str, area: str, successor: dict[str, str]) -> _Area:
    """Return the table's row for an area: a province that only changed its list is the same row in both."""
    if area == NATION:
        return ("", NATION)
    if area_list == "63" and area in successor and list(successor.values()).count(successor[area]) == 1:
        return ("34", successor[area])
    return (area_list, area)


@lru_cache(maxsize=16)
def _area_axis(keys: frozenset[_Area], successors: tuple[tuple[str, str], ...]) -> tuple[tuple[_Area, ...], Grid]:
    areas = tuple(sorted(keys))
    successor = dict(successors)
    nation = ("", NATION)

    def parent(key: _Area) -> _Area | None:
        if key == nation:
            return None
        above = ("34", successor.get(key[1], "")) if key[0] == "63" else nation
        return above if above in keys else nation if nation in keys else None

    return areas, moves([areas.index(up) if (up := parent(key)) is not None else None for key in areas])


@lru_cache(maxsize=16)
def _flat_axis(codes: frozenset[str]) -> tuple[tuple[str, ...], Grid]:
    levels = tuple(sorted(codes, key=lambda code: (code != TOTAL, code)))
    return levels, moves([None if code == TOTAL or TOTAL not in codes else 0 for code in levels])
