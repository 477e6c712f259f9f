"""Kinds of benefits, and decisions on them as columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sandbox.world.calendar import Window
from sandbox.world.tools import NEVER, Array

BENEFITS = [
    "pension",
    "monthly_disability",
    "work_injury",
    "survivor",
    "social_pension",
    "one_time",
    "sickness",
    "maternity",
    "convalescence",
    "unemployment",
    "social_support",
]
(PENSION, DISABILITY, INJURY, SURVIVOR, SOCIAL, ONE_TIME, SICKNESS, MATERNITY, CONVALESCENCE, UNEMPLOYMENT, SUPPORT) = (
    range(11)
)
MONTHLY = np.isin(np.arange(11), [PENSION, DISABILITY, INJURY, SURVIVOR, SOCIAL, UNEMPLOYMENT, SUPPORT])
PENSION_LIKE = np.isin(np.arange(11), [PENSION, DISABILITY, INJURY, SURVIVOR, SOCIAL])


@dataclass
class Benefits:
    """Decisions as columns. `end` is the last day of benefit, never where it lasts; `early` says that it came by an
    event (death, change of law), not by the decision."""

    person: Array
    kind: Array
    decided: Array
    start: Array
    end: Array
    early: Array
    amount: Array
    months: Array

    def active(self, window: Window, month: int) -> Array:
        """Whether each decision is a monthly one that is paid for a month."""
        begun = self.start <= window.last_days[month]
        return np.asarray(MONTHLY[self.kind] & begun & ~(self.end < window.first_days[month]))


def receivers(benefits: Benefits, kinds: Array, window: Window, size: int) -> Array:
    """Return person by month: whether a benefit of one of the kinds (a mask over `BENEFITS`) is received."""
    result = np.zeros((size, window.size), dtype=bool)
    for month in range(window.size):
        result[benefits.person[benefits.active(window, month) & kinds[benefits.kind]], month] = True
    return result


def decisions(
    person: Array,
    kind: int | Array,
    decided: Array,
    start: Array,
    end: Array | None,
    amount: Array | int,
    months: Array | int,
) -> dict[str, Array]:
    """Return decisions of one kind as columns; single values hold for all of them."""
    size = len(person)
    return {
        "person": person,
        "kind": np.full(size, kind) if np.isscalar(kind) else np.asarray(kind),
        "decided": decided,
        "start": start,
        "end": np.full(size, NEVER) if end is None else end,
        "early": np.zeros(size, dtype=bool),
        "amount": np.full(size, amount) if np.isscalar(amount) else np.asarray(amount).astype(np.int64),
        "months": np.full(size, months) if np.isscalar(months) else np.asarray(months),
    }
