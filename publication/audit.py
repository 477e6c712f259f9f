"""The audit: how far every hidden cell of a table could be from its true value, for a reader who can do sums.

What a reader knows of the hidden cells is a system of linear equations: every published sum. Linear programming finds
two tables that fit it and differ most in one cell (the audit of Hundepool et al., Statistical Disclosure Control, 2012,
chapter 4). One solution is evidence for all cells in which it differs, so cells are asked in groups first, and only
those still in doubt one by one. Where a range falls short, the cheapest further cells are hidden (the heuristic of
Kelly, Golden and Assad, Cell suppression, Networks 22, 1992).
"""

from __future__ import annotations

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from functools import cached_property

import numpy as np
from highspy import Highs, HighsLp, HighsModelStatus, MatrixFormat
from scipy.sparse import csr_matrix, eye, hstack, kron, vstack

from publication.hypercube import Counts, Mask, Table, hide

_MUCH = 150_000
"""Cells in tables from which on further processes are worth their start."""

_PATIENCE = 2
"""Rounds without news after which cells are asked one by one."""
_REACH = 10
"""How many times the largest need a cell is moved at most: more would only harm the arithmetic."""
_TOLERANCE = 1e-6
_DEAREST = 1e6


def protect_all(tables: list[Table], workers: int | None = None) -> list[Mask]:
    """Return the cells of each table to be hidden; much work is shared among processes.

    Args:
        tables: what to protect, each by itself.
        workers: number of processes; by default one for each processor where there is much to do, else none.
    """
    affected = [place for place, table in enumerate(tables) if table.hidden.any()]
    if workers is None:
        much = sum(tables[place].hidden.size for place in affected) > _MUCH
        workers = len(os.sched_getaffinity(0)) if much else 1
    found = [table.hidden for table in tables]
    if workers > 1:
        # Fresh processes: a fork of one that has solved a program would inherit threads that are not there.
        with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
            done = list(pool.map(protect, (tables[place] for place in affected), chunksize=4))
    else:
        done = [protect(tables[place]) for place in affected]
    for place, mask in zip(affected, done, strict=True):
        found[place] = mask
    return found


def protect(table: Table) -> Mask:
    """Return the cells of a table to be hidden, so that two demands are met.

    A reader of the numbers alone finds for each primary cell a range at least as wide as its need. A reader who also
    takes the marks at their word (`C` fewer than the threshold, `D` not fewer) can pin down no hidden cell. Where no
    choice of cells does that, the whole table is hidden.
    """
    hidden, firm, wide = hide(table)
    if not hidden.any():
        return hidden
    numbers = _Reader(table, marks=False)
    if not numbers.secure(hidden, np.where(wide, 0, table.need)):
        return table.present
    return _firm(table, hidden, firm)


def _firm(table: Table, hidden: Mask, firm: Mask) -> Mask:
    """Hide more until the marks tell no value; a cell that gets hidden for it can be in doubt itself."""
    marks = _Reader(table, marks=True)
    while True:
        before = hidden.copy()
        doubt = hidden & table.present & (table.few > 0) & ~firm
        if not marks.secure(hidden, doubt.astype(float)):
            return table.present
        if (hidden == before).all():
            return hidden


class _Reader:
    """Somebody who knows every published sum of a table, and perhaps what the marks say."""

    def __init__(self, table: Table, marks: bool) -> None:
        self.table = table
        lower, upper = -table.inside, table.outside
        if marks:
            # A cell that is not small by the rule stays so; a small one without a base has fewer than the threshold.
            counted = table.few > 0
            large: Mask = counted & ~table.is_few(table.inside, table.outside)
            small = counted & ~large & ~np.isfinite(table.outside)
            lower = np.where(large, table.few - table.inside, lower)
            upper = np.where(large, table.outside - table.few, np.where(small, table.few - 1 - table.inside, upper))
        fixed = ~table.present
        self.unit = max(float(table.need.max()), 1.0)
        reach = _REACH * self.unit
        self.lower = np.where(fixed, 0, np.clip(lower, -reach, 0)).ravel() / self.unit
        self.upper = np.where(fixed, 0, np.clip(upper, 0, reach)).ravel() / self.unit
        self.low, self.high = np.zeros(lower.size), np.zeros(lower.size)

    @cached_property
    def sums(self) -> csr_matrix:
        """The published sums, one a row: the signed cells of each come to nothing."""
        areas, details = self.table.areas, self.table.details
        return vstack([
            kron(csr_matrix(areas.equations), eye(details.moves.shape[1])),
            kron(eye(areas.moves.shape[1]), csr_matrix(details.equations)),
        ], format="csr")  # fmt: skip

    @cached_property
    def exchanges(self) -> _Program:
        """What more of some cells and less of others does to the sums: each cell once up, once down."""
        return _Program(hstack([self.sums, -self.sums], format="csr"))

    def secure(self, hidden: Mask, need: Counts) -> bool:
        """Hide further cells, in place, until every range is as wide as needed; return whether that is possible."""
        wanted = (need.ravel() / self.unit) * (1 - _TOLERANCE)
        if not (wanted > 0).any():
            return True
        for lacking in self._lacking(hidden.ravel(), wanted):
            if not self._widen(hidden.ravel(), lacking, float(wanted[lacking])):
                return False
        return True

    def _lacking(self, hidden: Mask, wanted: Counts) -> list[int]:
        """Return the cells whose range is too narrow when the hidden ones can be anything that fits."""
        cells = np.flatnonzero(hidden & ((self.upper > 0) | (self.lower < 0)))
        sums = self.sums[:, cells]
        sums = sums[sums.getnnz(axis=1) > 0]
        low, high, wanted = self.low[cells], self.high[cells], wanted[cells]
        bounds = np.column_stack([self.lower[cells], self.upper[cells]])
        program = _Program(sums)

        def learn(objective: Counts, limits: Counts) -> None:
            found = program.cheapest(-objective, limits)
            if found is not None:
                np.minimum(low, found, out=low)
                np.maximum(high, found, out=high)

        chance = np.random.default_rng(0)
        patience = _PATIENCE
        while patience and (doubt := high - low < wanted).any():
            # Each cell is asked to go where it has most room left, some the other way: they make way for each other.
            upward = (bounds[:, 1] - high) >= (low - bounds[:, 0])
            sign = np.where(upward ^ (chance.random(len(cells)) < 0.3), 1.0, -1.0)
            limits = np.where(doubt[:, None], np.clip(bounds, -wanted[:, None], wanted[:, None]), bounds)
            weight = chance.random(len(cells)) ** 2 / np.maximum(wanted, _TOLERANCE)
            learn(np.where(doubt, sign * weight, 0), limits)
            patience = _PATIENCE if (high - low < wanted).sum() < doubt.sum() else patience - 1
        for cell in np.flatnonzero(high - low < wanted):
            for direction in (1.0, -1.0):
                if high[cell] - low[cell] < wanted[cell]:
                    objective = np.zeros(len(cells))
                    objective[cell] = direction
                    learn(objective, bounds)
        self.low[cells], self.high[cells] = low, high
        return [int(cells[cell]) for cell in np.flatnonzero(high - low < wanted)]

    def _widen(self, hidden: Mask, target: int, wanted: float) -> bool:
        """Hide, in place, the cheapest cells that let a cell differ as far as wanted, up or down."""
        if self.high[target] - self.low[target] >= wanted:
            return True
        price = np.where(hidden, 0, self.table.price.ravel().clip(max=_DEAREST))
        for sign in (1.0, -1.0):
            distance = wanted + (self.low[target] if sign > 0 else -self.high[target])
            lower, upper = self.lower.copy(), self.upper.copy()
            lower[target], upper[target] = sign * distance, sign * distance
            if not self.lower[target] <= sign * distance <= self.upper[target]:
                continue
            # Up and down are two amounts, so that both cost.
            parts = np.column_stack([np.zeros(2 * len(price)), np.concatenate([upper.clip(0), (-lower).clip(0)])])
            here = target if sign > 0 else len(price) + target
            parts[here, 0] = distance
            found = self.exchanges.cheapest(np.tile(price, 2), parts)
            if found is not None:
                change = found[: len(price)] - found[len(price) :]
                hidden |= np.abs(change) > _TOLERANCE
                np.minimum(self.low, change, out=self.low)
                np.maximum(self.high, change, out=self.high)
                return True
        return False


class _Program:
    """Linear programs over the same sums, all of which come to nothing; each starts where the one before it ended."""

    def __init__(self, sums: csr_matrix) -> None:
        rows, columns = sums.shape
        program = HighsLp()
        program.num_row_, program.num_col_ = rows, columns
        program.row_lower_ = program.row_upper_ = np.zeros(rows)
        program.col_cost_ = program.col_lower_ = program.col_upper_ = np.zeros(columns)
        program.a_matrix_.format_ = MatrixFormat.kRowwise
        program.a_matrix_.start_, program.a_matrix_.index_ = sums.indptr, sums.indices
        program.a_matrix_.value_ = sums.data.astype(np.float64)
        self._highs = Highs()  # type: ignore[no-untyped-call]
        self._places = np.arange(columns, dtype=np.int32)
        for option, value in {"output_flag": False, "threads": 1}.items():
            self._highs.setOptionValue(option, value)
        self._highs.passModel(program)

    def cheapest(self, cost: Counts, bounds: Counts) -> Counts | None:
        """Return the values of least cost within the bounds (columns x 2), None where there are none."""
        size = len(self._places)
        self._highs.changeColsCost(size, self._places, cost.astype(np.float64))
        lower, upper = np.ascontiguousarray(bounds[:, 0]), np.ascontiguousarray(bounds[:, 1])
        self._highs.changeColsBounds(size, self._places, lower, upper)
        self._highs.run()
        if self._highs.getModelStatus() != HighsModelStatus.kOptimal:
            return None
        return np.array(self._highs.getSolution().col_value)
