"""Disclosure control: cells that count few persons are hidden, and cells beside them so that no sum gives them away.

The method is the hypercube method of official statistics (Repsilber's GHMITER). A table is the cube area x sex x age
with its published totals; the 63 old provinces add up to the 34 new ones, these to the nation, so both province lists
are one table. A *box* is a set of cells that can change together by one person without changing any published sum:
up to four areas x two sexes x two age groups, with alternating signs. A hidden cell is safe when it lies in a box of
hidden cells only whose numbers of persons allow the change: then two different tables fit everything that was
published, and the cell cannot be computed. Where there is no such box the cheapest one is hidden as well, first among
the boxes whose change also keeps every mark (below the threshold, or not). Cost is counted in detailed cells lost, so
totals go last.
"""

from __future__ import annotations

import logging
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import polars as pl

NATION = "VN"
TOTAL = "_T"
FREE, PRIMARY, SECONDARY = "F", "C", "D"
SUPPRESSED = "Q"
"""SDMX observation status of a hidden cell: missing value; suppressed."""

logger = logging.getLogger(__name__)

_Grid = npt.NDArray[np.float32]
_Mask = npt.NDArray[np.bool_]
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
    primary, hidden = _protect(inside, outside, present, area_moves, detail_moves, threshold)
    marks: npt.NDArray[np.str_] = np.where(primary, PRIMARY, np.where(hidden, SECONDARY, FREE))[row_of, column_of]
    return marks


def _protect(
    inside: npt.NDArray[np.float64],
    outside: npt.NDArray[np.float64],
    present: _Mask,
    area_moves: _Grid,
    detail_moves: _Grid,
    threshold: int,
) -> tuple[_Mask, _Mask]:
    """Return the primary cells and all hidden cells of an area x (sex, age) grid."""

    def few(members: npt.NDArray[np.float64], others: npt.NDArray[np.float64]) -> _Mask:
        return present & ((members < threshold) | ((others >= 0) & (others < threshold)))

    primary = few(inside, outside)
    area_any, detail_any = np.abs(area_moves), np.abs(detail_moves)
    # Nobody counts below zero. A share over 100 % (the denominator is a survey's) leaves the numerator free to rise.
    can_rise, can_fall = present & ((outside < 0) | (outside >= 1)), present & (inside >= 1)
    possible = _feasible(can_rise, can_fall, area_moves, detail_moves)
    # The reader knows the rule and sees C or D: better is a change that also keeps every mark.
    can_rise &= (few(inside + 1, outside - 1) == primary) & (few(inside + 1, outside) == primary)
    can_fall &= few(inside - 1, outside + 1) == primary
    unmarked = _feasible(can_rise, can_fall, area_moves, detail_moves)

    hidden = primary.copy()
    still_open = area_any @ ((~hidden).astype(np.float32) @ detail_any.T)
    closed = (unmarked & (still_open == 0)).astype(np.float32)
    safe = (area_any.T @ closed @ detail_any) > 0
    price = np.outer(_leaves(area_moves), _leaves(detail_moves)) + inside / (inside.max() + 1)
    surcharge = np.where(possible, np.where(unmarked, 0, price.sum()), np.inf)
    while (exposed := hidden & ~safe).any():
        area, detail = divmod(int(np.argmax(exposed)), exposed.shape[1])
        rows, columns = np.flatnonzero(area_moves[:, area]), np.flatnonzero(detail_moves[:, detail])
        costs = area_any[rows] @ (np.where(hidden, 0, price) @ detail_any[columns].T)
        costs += surcharge[rows][:, columns]
        best = np.unravel_index(int(np.argmin(costs)), costs.shape)
        if not np.isfinite(costs[best]):
            logger.warning("A table is too small to protect; it is hidden as a whole.")
            return primary, present.copy()
        box = np.outer(area_moves[rows[best[0]]] != 0, detail_moves[columns[best[1]]] != 0)
        hidden |= box
        safe |= box
    return primary, hidden


def _feasible(can_rise: _Mask, can_fall: _Mask, area_moves: _Grid, detail_moves: _Grid) -> _Mask:
    """Return which boxes (area move x detail move) can change by one person, in one of the two directions."""

    def split(moves: _Grid) -> tuple[_Grid, _Grid]:
        return (moves > 0).astype(np.float32), (moves < 0).astype(np.float32)

    area_up, area_down = split(area_moves)
    detail_up, detail_down = split(detail_moves)
    no_rise, no_fall = (~can_rise).astype(np.float32), (~can_fall).astype(np.float32)
    forth = no_rise @ detail_up.T + no_fall @ detail_down.T
    back = no_fall @ detail_up.T + no_rise @ detail_down.T
    feasible: _Mask = (area_up @ forth + area_down @ back == 0) | (area_up @ back + area_down @ forth == 0)
    return feasible


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
def _area_axis(keys: frozenset[_Area], successors: tuple[tuple[str, str], ...]) -> tuple[tuple[_Area, ...], _Grid]:
    areas = tuple(sorted(keys))
    successor = dict(successors)
    nation = ("", NATION)

    def parent(key: _Area) -> _Area | None:
        if key == nation:
            return None
        above = ("34", successor.get(key[1], "")) if key[0] == "63" else nation
        return above if above in keys else nation if nation in keys else None

    return areas, _moves([areas.index(up) if (up := parent(key)) is not None else None for key in areas])


@lru_cache(maxsize=16)
def _flat_axis(codes: frozenset[str]) -> tuple[tuple[str, ...], _Grid]:
    levels = tuple(sorted(codes, key=lambda code: (code != TOTAL, code)))
    return levels, _moves([None if code == TOTAL or TOTAL not in codes else 0 for code in levels])


def _moves(parents: list[int | None]) -> _Grid:
    """Return all elementary changes of an axis that keep its sums: one leaf and its totals, or two leaves against."""
    size = len(parents)
    paths = []
    for leaf in set(range(size)) - set(parents):
        path = np.zeros(size, dtype=np.float32)
        level: int | None = leaf
        while level is not None:
            path[level] = 1
            level = parents[level]
        paths.append(path)
    pairs = [one - other for i, one in enumerate(paths) for other in paths[:i]]
    return np.array(paths + pairs, dtype=np.float32)


def _leaves(moves: _Grid) -> npt.NDArray[np.float64]:
    """Return how many leaves each level sums: the rows of `moves` without a minus are one path a leaf."""
    singles = moves[(moves >= 0).all(axis=1)]
    leaves: npt.NDArray[np.float64] = singles.sum(axis=0).astype(np.float64)
    return leaves
