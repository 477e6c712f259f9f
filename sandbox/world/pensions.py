"""Benefits that last: pensions, monthly benefits, the social pension and social support."""

from __future__ import annotations

import numpy as np

from sandbox.world.benefits import DISABILITY, INJURY, PENSION, SOCIAL, SUPPORT, SURVIVOR, decisions
from sandbox.world.calendar import SOCIAL_PENSION, Window, month_number, retirement_age_months
from sandbox.world.people import People
from sandbox.world.tools import NEVER, Array, days, top
from sandbox.world.work import Work

PENSION_COVERAGE = 0.525
"""Share of people past retirement age who receive a pension, a monthly benefit or the social pension in the last
month. No published figure exists; this lies below the target of 55 % for 2025."""
_SOCIAL_AMOUNT = 500_000


def retirement_day(people: People) -> Array:
    """Return the first day of the month after each person reaches the retirement age of the time."""
    birth_month = month_number(people.birth)
    month = birth_month + np.where(people.male, 720, 660)
    for year in range(2021, 2050):
        men, women = retirement_age_months(year)
        reach = birth_month + np.where(people.male, men, women)
        month = np.where((month // 12 + 1970 >= year), reach, month)
    return (month + 1).astype("datetime64[M]").astype("datetime64[D]")


def pensions(random: np.random.Generator, people: People, work: Work, window: Window, wage: Array) -> dict[str, Array]:
    """Return pensions and monthly benefits, old and new, up to the wanted coverage of those past retirement age."""
    day = retirement_day(people)
    last = window.size - 1
    past = window.past_retirement(people.birth, people.male, last) & (people.birth < window.start)
    old = (window.age_months(people.birth, last) >= 75 * 12) & past
    share = float(old.sum()) / max(int(past.sum()), 1)
    # The social pension reaches most of those from 75 who have nothing else; pensions fill up to the wanted share.
    wanted = (PENSION_COVERAGE - 0.955 * share) / (1 - 0.955 * share)
    retiring = past & (day > window.start)
    entitled = top(
        random.random(people.size) + (retiring & (work.employer[:, 0] >= 0)) - 1.0 * people.armed,
        past,
        round(wanted * int(past.sum())),
    )
    early = (window.age_months(people.birth, 0) > 45 * 12) & ~past & (work.employer < 0).all(axis=1)
    early &= random.random(people.size) < 0.03
    survivors = (window.age_months(people.birth, 0) < 18 * 12) & (random.random(people.size) < 0.004)
    person = np.flatnonzero(entitled | early | (survivors & (people.birth < window.start)))
    kind = np.array([PENSION, DISABILITY, INJURY, SURVIVOR])[
        np.searchsorted([0.86, 0.92, 0.95], random.random(len(person)))
    ]
    kind = np.where(survivors[person], SURVIVOR, np.where(early[person] & (kind == SURVIVOR), DISABILITY, kind))
    kind = np.where(retiring[person] & entitled[person], PENSION, kind)
    before = days(window.start, -random.integers(60, 6000, len(person)))
    start = np.where((kind == PENSION) & entitled[person], day[person], before)
    start = np.minimum(start, np.where(retiring[person], day[person], window.start - 30))
    start = np.maximum(start, days(people.birth[person], np.full(len(person), 30)))
    start = start.astype("datetime64[M]").astype("datetime64[D]")
    months = random.integers(180, 420, len(person))
    rate = np.clip(0.45 + (months / 12 - 17) * 0.025, 0.45, 0.75)
    amount = np.where(
        kind == PENSION,
        np.maximum(wage[person] * 0.68 * rate, 2_340_000),
        np.where(kind == SURVIVOR, 1_170_000, 1_638_000),
    ).astype(np.int64)
    return decisions(
        person,
        kind,
        days(start, -random.integers(3, 25, len(person))),
        start,
        None,
        amount,
        np.where(kind == PENSION, months, months // 3),
    )


def social_benefits(
    random: np.random.Generator, people: People, window: Window, pensioners: Array
) -> list[dict[str, Array]]:
    """Return social pensions, and the social support of the old (until they begin) and of the disabled."""
    without = np.ones(people.size, dtype=bool)
    without[pensioners] = False
    draw = random.random(people.size)
    birthday = {
        age: (month_number(people.birth) + 12 * age + 1).astype("datetime64[M]").astype("datetime64[D]")
        for age in (70, 75, 80)
    }
    takes = without & (draw < 0.955)
    age = np.where(takes & (people.poverty > 0) & (draw < 0.8), birthday[70], birthday[75])
    blocks = []
    for start, chosen, kind, end in (
        (np.maximum(age, SOCIAL_PENSION), takes & (age < window.end), SOCIAL, NEVER),
        (birthday[80], takes & (birthday[80] < SOCIAL_PENSION), SUPPORT, SOCIAL_PENSION - 1),
    ):
        person = np.flatnonzero(chosen & (start < window.end))
        ends = np.full(len(person), end)
        blocks.append(
            decisions(
                person,
                kind,
                days(start[person], -random.integers(1, 25, len(person))),
                start[person],
                ends,
                _SOCIAL_AMOUNT,
                0,
            )
            | {"early": ends == ends}
        )
    disabled = np.flatnonzero(
        (random.random(people.size) < 0.013)
        & (people.birth < window.start)
        & (window.age_months(people.birth, 0) < 75 * 12)
    )
    start = days(window.start, -random.integers(30, 3000, len(disabled)))
    start = np.maximum(start, people.birth[disabled] + 20).astype("datetime64[M]").astype("datetime64[D]")
    amount = np.where(random.random(len(disabled)) < 0.3, 1_000_000, 750_000)
    blocks.append(
        decisions(disabled, SUPPORT, days(start, -random.integers(1, 25, len(disabled))), start, None, amount, 0)
    )
    return blocks
