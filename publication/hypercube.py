"""Boxes and exchanges: which cells of a table are hidden so that no sum gives a sensitive one away.

A table is a grid, areas x details, in which totals stand beside their parts. A *path* is a detailed cell with every
total it counts in. A *change* is a set of cells that can differ, up or down, without changing a published sum:

* a box, the hypercube of official statistics (Repsilber's GHMITER; Hundepool et al., Statistical Disclosure Control,
  2012, chapter 4): up to four areas x two sexes x two age groups, with alternating signs;
* an exchange: one path less, another one more, and what both have in common stays.

A hidden cell is safe when a change of hidden cells alone contains it and the counts allow it: then two different
tables fit all that was published. Where there is none, the cheapest change is hidden as well. Cost is the number of
detailed cells that a hidden cell sums, so totals go last, and the national total only if it is small itself. How wide
the choice of the reader is then, `publication.audit` measures.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

Grid = npt.NDArray[np.float32]
Counts = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_DEAR = 1e9
"""Price of the national total, and of a figure that everybody knows already: more than everything else together."""


@dataclass(frozen=True)
class Axis:
    """One side of a table: the elementary changes of its levels that keep its sums, and these sums as equations."""

    moves: Grid
    equations: Grid

    def __matmul__(self, other: Axis) -> Axis:
        """Return the axis of two together, the second one running faster."""
        here, there = (np.eye(side.moves.shape[1], dtype=np.float32) for side in (self, other))
        sums = np.vstack([np.kron(self.equations, there), np.kron(here, other.equations)])
        return Axis(np.kron(self.moves, other.moves), sums)


def tree(parents: list[int | None]) -> Axis:
    """Return the axis of levels of which each adds up to a total, or to none: a leaf with its totals, or two leaves.

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
    # Two leaves that share no total have nothing to keep.
    pairs = [one - other for i, one in enumerate(paths) for other in paths[:i] if (one * other).any()]
    totals = sorted({parent for parent in parents if parent is not None})
    equations = np.zeros((len(totals), len(parents)), dtype=np.float32)
    for row, total in enumerate(totals):
        equations[row, total] = -1
        equations[row, [level for level, parent in enumerate(parents) if parent == total]] = 1
    return Axis(np.array(paths + pairs, dtype=np.float32), equations)


@dataclass(frozen=True)
class Table:
    """A table whose cells are to be protected; all arrays have the shape areas x details.

    Attributes:
        inside: persons, cases or dong in the numerator.
        outside: persons of the base who are not in it; infinite without a base, or where numerators exceed theirs.
        present: cells that are published at all and count anybody.
        primary: cells that are sensitive themselves.
        hidden: those and others that are hidden for reasons outside this table.
        known: cells that an earlier release showed; to hide them helps little.
        need: by how much a primary cell must stay uncertain; 0 elsewhere.
        few: threshold in persons that the marks C and D tell of; 0 for money.
    """

    inside: Counts
    outside: Counts
    present: Mask
    primary: Mask
    hidden: Mask
    known: Mask
    need: Counts
    few: Counts
    areas: Axis
    details: Axis

    @cached_property
    def price(self) -> Counts:
        """What it costs to hide a cell."""
        leaves = np.outer(_leaves(self.areas.moves), _leaves(self.details.moves))
        price: Counts = leaves + self.inside / (self.inside.max() + 1)
        return np.where((leaves >= leaves.max()) | self.known, _DEAR, price)

    def is_few(self, inside: Counts, outside: Counts) -> Mask:
        """Tell which cells would be primary with other counts."""
        small = (inside < self.few) | ((outside >= 0) & (outside < self.few)) | (inside + outside <= 2 * self.few)
        return self.present & (self.few > 0) & small


def hide(table: Table) -> tuple[Mask, Mask, Mask]:
    """Return all cells to be hidden, those whose marks tell nothing, and those whose range is as wide as any need.

    Every hidden cell lies in a change of hidden cells; where a table is too small for that, all of it is hidden.
    """
    hidden = table.hidden.copy()
    if not hidden.any():
        return hidden, hidden, hidden
    inside, outside, present, money = table.inside, table.outside, table.present, table.few == 0
    can_rise, can_fall = present & (outside >= 1), present & (inside >= 1)
    possible = _Room(can_rise, can_fall, table)
    # The reader knows the rule and sees C or D: better is a change that also keeps every mark.
    small = table.is_few(inside, outside)
    kept = _Room(
        can_rise & (money | ((table.is_few(inside + 1, outside - 1) == small)
                             & (table.is_few(inside + 1, outside) == small))),
        can_fall & (money | (table.is_few(inside - 1, outside + 1) == small)), table,
    )  # fmt: skip
    amount = float(table.need.max())
    wide = _Room(present & (outside >= amount), present & (inside >= amount), table)

    safe = kept.safe(hidden)
    surcharge = float(table.price[table.price < _DEAR].sum())
    box_surcharge = np.where(possible.boxes, surcharge * (2.0 - kept.boxes - wide.boxes), np.inf)
    area_moves, detail_moves = table.areas.moves, table.details.moves
    while (exposed := hidden & ~safe).any():
        now = np.where(hidden, 0, table.price)
        target = int(np.argmax(exposed))
        cost, change = _cheapest_box(target, now, box_surcharge, area_moves, detail_moves)
        if cost >= _DEAR:
            # As dear as a national figure: look further.
            cost, change = min((cost, change), _cheapest_exchange(target, now, surcharge, kept, possible), key=_cost)
        if not np.isfinite(cost):
            return present.copy(), present, present
        hidden |= change
        safe |= change
    return hidden, kept.safe(hidden), wide.safe(hidden)


class _Room:
    """Where a count may rise or fall by some amount, and which changes that leaves."""

    def __init__(self, can_rise: Mask, can_fall: Mask, table: Table) -> None:
        self.no_rise, self.no_fall = (~can_rise).astype(np.float32), (~can_fall).astype(np.float32)
        self.area_moves, self.detail_moves = table.areas.moves, table.details.moves
        (area_up, area_down), (detail_up, detail_down) = _split(self.area_moves), _split(self.detail_moves)
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
    # Rounded: the same choice on every machine, whatever the order in which it adds.
    row, column = np.unravel_index(int(np.argmin(costs.round(6))), costs.shape)
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
        other = int(np.argmin(costs.round(6)))
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
