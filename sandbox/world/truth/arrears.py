"""Contributions that employers have not paid in time."""

from __future__ import annotations

import numpy as np
import polars as pl

from sandbox.world.calendar import SOCIAL_PENSION
from sandbox.world.country import Country
from sandbox.world.employers import OWNERSHIPS
from sandbox.world.tools import Array
from sandbox.world.truth.cells import Cells

_OVERDUE = ["M1", "M2T3", "M4T6", "M_GE7"]


def add_arrears(country: Country, cells: Cells) -> None:
    """Add the late-payment ratio of each month's end: late amounts over what is payable in twelve months.

    A contribution month is payable by the end of the next one; more than 60 days after that it counts as evasion, since
    Law 41/2024/QH15 is in force.
    """
    window, employers = country.window, country.employers
    rows = country.facts.look("contribution").filter(pl.col("kind") == "compulsory")
    rows = rows.with_columns(pl.sum_horizontal("si_amount", "oa_amount", "ui_amount", "hi_amount").alias("payable"))

    def amounts(part: pl.DataFrame) -> Array:
        return np.bincount(part["unit"].to_numpy(), part["payable"].to_numpy(), employers.size)

    def by_province(amount: Array) -> Array:
        return np.bincount(employers.province, amount, len(country.geography.province63))

    for month in range(window.size):
        periods = window.periods_ending(month)
        periods.pop("Q", None)
        first = max(month - 11, 0)
        due = amounts(rows.filter(pl.col("month").is_between(first, month)))
        base = by_province(np.round(due * 12 / (month - first + 1)))
        late = rows.filter(pl.col("month") <= month - 2, pl.col("paid_month") > month)
        overdue = month - 1 - late["month"].to_numpy()
        cells.add("LATE_RATE", periods, by_province(amounts(late)), base)
        evasion = (overdue > 2) & (window.first_days[month] >= SOCIAL_PENSION)
        for label, chosen in (("late", ~evasion), ("evasion", evasion)):
            cells.add("LATE_RATE", periods, by_province(amounts(late.filter(chosen))), base, "arrears", label)
        for code, label in enumerate(_OVERDUE):
            chosen = np.searchsorted([2, 4, 7], overdue, side="right") == code
            cells.add("LATE_RATE", periods, by_province(amounts(late.filter(chosen))), base, "overdue", label)
        for code, label in enumerate(OWNERSHIPS):
            mine = employers.ownership == code
            amount, own = amounts(late) * mine, by_province(np.round(due * 12 / (month - first + 1)) * mine)
            cells.add("LATE_RATE", periods, by_province(amount), own, "ownership", label)
