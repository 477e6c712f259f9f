"""Links between tables: what is hidden in one and could be computed from another.

Three kinds, found in the figures themselves wherever they can be:

* the same figures: columns that agree in every area, as a count and the numerator of its rate, a stock at the end of
  a quarter and that of its last month, the category of one indicator that is another indicator;
* a base that is such a count: where the count is hidden, the rate is, because its denominator would tell;
* sums: compulsory and voluntary participants are all participants, the events of the months those of the year.

Of a sum, one member (the *absorber*) is hidden wherever another one is, and a second one wherever the absorber alone
is: whatever changes in the others, these make up for it. A total that is hidden takes all parts of its area with it,
for the same reason. Figures that only bound others, as those of a year's distinct persons bound its months', are no
link.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from publication.cells import COLUMN, DETAIL, SERIES, TOTAL, Cells, Numbers
from publication.hypercube import Counts, Mask

# The absorber, the second one, and the sum.
_SUMS = (("SI_COV_COMP", "SI_COV_VOL", "SI_COV"),)


@dataclass(frozen=True)
class Links:
    """The links among the columns of a matrix.

    Attributes:
        figure: number of the figures in each column; the same ones have the same number.
        base: number of the figures that are its denominator, -1 where they are nowhere else.
        total: column of the total of the same indicator and period, itself where there is none.
        sums: members of each sum, the absorber and the second one first.
    """

    figure: Numbers
    base: Numbers
    total: Numbers
    sums: tuple[Numbers, ...]

    def spread(self, hidden: Mask, published: Mask, present: Mask) -> Mask:
        """Return what is to be hidden as well when some cells are.

        Args:
            hidden: cells that are hidden.
            published: cells for which there is a figure, even one of nobody.
            present: those that count anybody.
        """
        while True:
            before = hidden
            hidden = hidden | (hidden[self.total] & present)
            somewhere = np.zeros((max(self.figure.max(), self.base.max()) + 1, hidden.shape[1]), dtype=bool)
            np.logical_or.at(somewhere, self.figure, hidden)
            hidden = hidden | (somewhere[self.figure] & published)
            based = self.base >= 0
            hidden[based] |= somewhere[self.base[based]] & published[based]
            for members in self.sums:
                hidden[members] = _absorbed(hidden[members], present[members])
            if (hidden == before).all():
                return hidden


def find(cells: Cells, inside: Counts, base: Counts, known: Mask, threshold: int) -> Links:
    """Find the links among the columns.

    Args:
        cells: the matrix.
        inside: numerators, 0 where there is none.
        base: denominators, 0 where there is none.
        known: cells that an earlier release showed: a column of them absorbs nothing any more.
        threshold: columns that count fewer in the country are hidden anyway and link nothing.
    """
    country = [place for place, (area, _) in enumerate(cells.areas) if area[0] != "63"]
    numerators, denominators = inside[:, country], base[:, country]
    _, numbers = np.unique(np.vstack([numerators, denominators]), axis=0, return_inverse=True)
    figure, denominator = np.split(numbers.ravel().astype(np.int64), 2)
    few = numerators.max(axis=1) < threshold
    # Where everybody of the base is counted, it is by chance that the count is also another indicator's.
    whole = (numerators == denominators).all(axis=1)
    alone = numbers.max() + 1 + np.arange(len(figure))
    figure = np.where(few | whole, alone, figure)
    counted = np.isin(denominator, figure) & (denominators.max(axis=1) >= threshold)
    columns = cells.columns.with_row_index("_column")
    return Links(
        figure,
        np.where(counted, denominator, -1),
        _totals(columns),
        (*_declared(columns), *_months(columns, numerators, known)),
    )


def _absorbed(hidden: Mask, present: Mask) -> Mask:
    """Return what is hidden of the members of a sum, in every area."""
    areas = np.arange(hidden.shape[1])
    absorber = present.argmax(axis=0)
    others = present.copy()
    others[absorber, areas] = False
    second = others.argmax(axis=0)
    hidden = hidden.copy()
    hidden[absorber, areas] |= (hidden & others).any(axis=0)
    hidden[second, areas] |= hidden[absorber, areas] & ~(hidden & others).any(axis=0) & others.any(axis=0)
    return hidden


def _totals(columns: pl.DataFrame) -> Numbers:
    totals = columns.filter(sex=TOTAL, age=TOTAL, category=TOTAL).select(*SERIES, total="_column")
    found = columns.join(totals, on=SERIES, how="left", maintain_order="left")
    return found.select(pl.coalesce("total", "_column")).to_series().cast(pl.Int64).to_numpy()


def _declared(columns: pl.DataFrame) -> list[Numbers]:
    found = []
    for names in _SUMS:
        rows = [columns.filter(indicator=name).drop("indicator").rename({"_column": name}) for name in names]
        joined = rows[0]
        for other in rows[1:]:
            joined = joined.join(other, on=[name for name in COLUMN if name != "indicator"])
        found += list(joined.select(names).cast(pl.Int64).to_numpy())
    return found


def _months(columns: pl.DataFrame, numerators: Counts, known: Mask) -> list[Numbers]:
    """Return the columns of quarters and years that are the sum of their months, the smallest month first."""
    names = ("indicator", *DETAIL)
    column_of = {(period, *key): column for column, period, *key in
                 columns.filter(freq="M").select("_column", "period", *names).iter_rows()}  # fmt: skip
    found = []
    longer = columns.filter(pl.col("freq") != "M").select("_column", "period", *names)
    for column, period, *key in longer.iter_rows():
        months = [column_of[month, *key] for month in _months_of(period) if (month, *key) in column_of]
        if len(months) > 1 and (numerators[months].sum(axis=0) == numerators[column]).all():
            members = sorted([column, *months], key=lambda member: (known[member].sum(), numerators[member].sum()))
            found.append(np.array(members))
    return found


def _months_of(period: str) -> list[str]:
    year, _, quarter = period.partition("-Q")
    first, last = (3 * int(quarter) - 2, 3 * int(quarter)) if quarter else (1, 12)
    return [f"{year}-{month:02}" for month in range(first, last + 1)]
