"""The arithmetic of disclosure control: which cells of a table must be hidden so that no sum gives one away.

A table is a grid, areas x details (sex and age together), in which totals stand beside their parts. A *path* is a
detailed cell with every total it counts in. A *change* is a set of cells that can differ by one person, up or down,
without changing a single published sum:

* a box, the hypercube of official statistics (Repsilber's GHMITER): up to four areas x two sexes x two age groups,
  with alternating signs;
* an exchange: one path less, another one more, and what both have in common stays.

A hidden cell is safe when a change of hidden cells alone contains it and the counts allow it: then two different
tables fit all that was published. Where there is none, the cheapest change is hidden as well. Cost is the number of
detailed cells that a hidden cell sums, so totals go last, and the national total only if it is small itself.
"""

from __future__ import annotations

import logging
from functools import cached_property

import numpy as np
import numpy.typing as npt

Grid = npt.NDArray[np.float32]
Counts = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_DEAR = 1e9
"""Price of the national total: more than everything else together."""

logger = logging.getLogger(__name__)


def moves(parents: list[int | None]) -> Grid:
    """Return the elementary changes of an axis that keep its sums: a leaf with its totals, or two leaves against.

    Args:
        parents: for each level the total that it adds up to, None for the top.
    """
    paths = []
    for leaf in sorted(set(range(len(parents))) - set(parents)):
        path = np.zeros(len(parents), dtype=np.float32)
        level: int | None = leaf
        while level is not None:
            path[level] = 1
            level = parents[level]
        paths.append(path)
    pairs = [one - other for i, one in enumerate(paths) for other in paths[:i]]
    return np.array(paths + pairs, dtype=np.float32)


def protect(
    inside: Counts, outside: Counts, present: Mask, area_moves: Grid, detail_moves: Grid, threshold: int
) -> tuple[Mask, Mask]:
    """Return the cells below the threshold, and all that are to be hidden.

    Args:
        inside: persons in the numerator.
        outside: persons of the base who are not in it; negative where the numerator exceeds the base.
        present: cells that are published at all and count anybody.
        area_moves: changes of the areas, from `moves`.
        detail_moves: changes of sex and age together.
        threshold: persons.
    """

    def few(members: Counts, others: Counts) -> Mask:
        return present & ((members < threshold) | ((others >= 0) & (others < threshold)))

    primary = few(inside, outside)
    if not primary.any():
        return primary, primary
    # Nobody counts below zero, nor above the base, unless the base is a survey's and some numerators exceed it.
    within_base = not (outside < 0).any()
    can_rise, can_fall = present & ((outside >= 1) | (not within_base)), present & (inside >= 1)
    possible = _Room(can_rise, can_fall, area_moves, detail_moves)
    # The reader knows the rule and sees C or D: better is a change that also keeps every mark.
    kept = _Room(
        can_rise & (few(inside + 1, outside - 1) == primary) & (few(inside + 1, outside) == primary),
        can_fall & (few(inside - 1, outside + 1) == primary), area_moves, detail_moves,
    )  # fmt: skip

    hidden = primary.copy()
    safe = kept.safe(hidden)
    price = np.outer(_leaves(area_moves), _leaves(detail_moves)) + inside / (inside.max() + 1)
    surcharge = float(price.sum())
    national = price >= price.max()
    box_surcharge = np.where(possible.boxes, np.where(kept.boxes, 0, surcharge), np.inf)
    while (exposed := hidden & ~safe).any():
        now = np.where(hidden, 0, np.where(national, _DEAR, price))
        target = int(np.argmax(exposed))
        cost, change = _cheapest_box(target, now, box_surcharge, area_moves, detail_moves)
        if cost >= area_moves.shape[1]:
            # As dear as a national figure: look further.
            cost, change = min((cost, change), _cheapest_exchange(target, now, surcharge, kept, possible), key=_cost)
        if not np.isfinite(cost):
            logger.warning("A table is too small to protect; it is hidden as a whole.")
            return primary, present.copy()
        hidden |= change
        safe |= change
    return primary, hidden


class _Room:
    """Where a count may rise or fall by one person, and which changes that leaves."""

    def __init__(self, can_rise: Mask, can_fall: Mask, area_moves: Grid, detail_moves: Grid) -> None:
        self.no_rise, self.no_fall = (~can_rise).astype(np.float32), (~can_fall).astype(np.float32)
        self.area_moves, self.detail_moves = area_moves, detail_moves
        (area_up, area_down), (detail_up, detail_down) = _split(area_moves), _split(detail_moves)
        forth = self.no_rise @ detail_up.T + self.no_fall @ detail_down.T
        back = self.no_fall @ detail_up.T + self.no_rise @ detail_down.T
        self.boxes: Mask = (area_up @ forth + area_down @ back == 0) | (area_up @ back + area_down @ forth == 0)

    def safe(self, hidden: Mask) -> Mask:
        """Return the cells that lie in a box of hidden cells."""
        area_any, detail_any = np.abs(self.area_moves), np.abs(self.detail_moves)
        still_open = area_any @ ((~hidden).astype(np.float32) @ detail_any.T)
        closed = (self.boxes & (still_open == 0)).astype(np.float32)
        safe: Mask = (area_any.T @ closed @ detail_any) > 0
        return safe

    @cached_property
    def paths(self) -> Grid:
        """Detailed cells with their totals, one a row."""
        return np.kron(_paths(self.area_moves), _paths(self.detail_moves))

    @cached_property
    def _blocked(self) -> tuple[Grid, Grid]:
        return self.paths @ self.no_rise.ravel(), self.paths @ self.no_fall.ravel()

    def exchanges(self, path: int, shared: Grid) -> Mask:
        """Return the paths that can change against a path, in one of two directions; `shared`: their common cells."""
        rises, falls = self._blocked
        common = shared @ (self.no_rise + self.no_fall).ravel()[self.paths[path] > 0]
        possible: Mask = (rises[path] + falls == common) | (falls[path] + rises == common)
        return possible


def _cheapest_box(
    target: int, price: Counts, surcharge: Counts, area_moves: Grid, detail_moves: Grid
) -> tuple[float, Mask]:
    area, detail = divmod(target, price.shape[1])
    rows, columns = np.flatnonzero(area_moves[:, area]), np.flatnonzero(detail_moves[:, detail])
    costs = np.abs(area_moves[rows]) @ (price @ np.abs(detail_moves[columns]).T)
    costs += surcharge[rows][:, columns]
    row, column = np.unravel_index(int(np.argmin(costs)), costs.shape)
    box = np.outer(area_moves[rows[row]] != 0, detail_moves[columns[column]] != 0)
    return float(costs[row, column]), box


def _cheapest_exchange(
    target: int, price: Counts, surcharge: float, kept: _Room, possible: _Room
) -> tuple[float, Mask]:
    paths, flat = kept.paths, price.ravel()
    alone = paths @ flat
    best, change = np.inf, np.zeros_like(price, dtype=bool)
    for path in map(int, np.flatnonzero(paths[:, target])):
        cells = paths[path] > 0
        shared = paths[:, cells]
        costs = alone[path] + alone - 2 * (shared @ flat[cells])
        costs[~kept.exchanges(path, shared)] += surcharge
        costs[~possible.exchanges(path, shared) | (paths[:, target] > 0)] = np.inf
        other = int(np.argmin(costs))
        if costs[other] < best:
            best, change = float(costs[other]), (paths[path] != paths[other]).reshape(price.shape)
    return best, change


def _cost(choice: tuple[float, Mask]) -> float:
    return choice[0]


def _split(moves: Grid) -> tuple[Grid, Grid]:
    return (moves > 0).astype(np.float32), (moves < 0).astype(np.float32)


def _paths(moves: Grid) -> Grid:
    """Return the moves of one leaf with its totals: those without a minus."""
    paths: Grid = moves[(moves >= 0).all(axis=1)]
    return paths


def _leaves(moves: Grid) -> Counts:
    """Return how many leaves each level sums."""
    leaves: Counts = _paths(moves).sum(axis=0).astype(np.float64)
    return leaves
