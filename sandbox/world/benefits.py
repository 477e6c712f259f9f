"""Benefits as they truly are: who is entitled to what, from when to when, and how much."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sandbox.world.calendar import BASE_SALARY, SOCIAL_PENSION, Window, month_number, retirement_age_months
from sandbox.world.employers import Employers
from sandbox.world.people import People
from sandbox.world.tools import NEVER, Array, days, generator, top
from sandbox.world.work import Work

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
PENSION_COVERAGE = 0.525
"""Share of people past retirement age who receive a pension, a monthly benefit or the social pension in the last
month. No published figure exists; this lies below the target of 55 % for 2025."""
_SOCIAL_AMOUNT = 500_000


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
        return MONTHLY[self.kind] & begun & ~(self.end < window.first_days[month])


def receivers(benefits: Benefits, kinds: Array, window: Window, size: int) -> Array:
    """Return person by month: whether a benefit of one of the kinds (a mask over `BENEFITS`) is received."""
    result = np.zeros((size, window.size), dtype=bool)
    for month in range(window.size):
        result[benefits.person[benefits.active(window, month) & kinds[benefits.kind]], month] = True
    return result


@dataclass(frozen=True)
class SickLeave:
    """Days off work of insured employees."""

    person: Array
    start: Array
    length: Array


def build_benefits(
    people: People, work: Work, employers: Employers, window: Window, seed: int
) -> tuple[Benefits, SickLeave]:
    """Return all decisions that are in force in the window, and the sick leaves behind the sickness benefits."""
    random = generator(seed, "benefits")
    wage = _last_wage(people, work, employers, window)
    pensions = _pensions(random, people, work, window, wage)
    social = _social(random, people, window, pensions["person"][PENSION_LIKE[pensions["kind"]]])
    leave = _sick_leave(random, people, work, window)
    parts = [
        pensions,
        *social,
        _sickness(random, leave, wage),
        _maternity(random, people, work, window, wage),
        _unemployment(random, people, work, window, wage),
        _one_time(random, people, work, window, wage),
    ]
    benefits = Benefits(**{key: np.concatenate([part[key] for part in parts]) for key in parts[0]})
    death = people.death[benefits.person]
    dies = MONTHLY[benefits.kind] & (death == death) & ~(benefits.end <= death)
    benefits.end[dies], benefits.early[dies] = death[dies], True
    keep = ~(benefits.end < benefits.start) & ~(death < benefits.decided)
    return Benefits(**{key: getattr(benefits, key)[keep] for key in parts[0]}), leave


def _block(
    person: Array,
    kind: int | Array,
    decided: Array,
    start: Array,
    end: Array | None,
    amount: Array | int,
    months: Array | int,
) -> dict[str, Array]:
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


def _last_wage(people: People, work: Work, employers: Employers, window: Window) -> Array:
    unit = work.employer.max(axis=1)
    wage = np.minimum(work.wage, 40_000_000).astype(np.int64)
    held = np.flatnonzero(unit >= 0)
    declared = work.base(work.wages(employers, unit[held], held, window.year(0)), held)
    wage[held] = np.minimum(declared, 20 * BASE_SALARY)
    return wage


def retirement_day(people: People) -> Array:
    """Return the first day of the month after each person reaches the retirement age of the time."""
    birth_month = month_number(people.birth)
    month = birth_month + np.where(people.male, 720, 660)
    for year in range(2021, 2050):
        men, women = retirement_age_months(year)
        reach = birth_month + np.where(people.male, men, women)
        month = np.where((month // 12 + 1970 >= year), reach, month)
    return (month + 1).astype("datetime64[M]").astype("datetime64[D]")


def _pensions(random: np.random.Generator, people: People, work: Work, window: Window, wage: Array) -> dict[str, Array]:
    day = retirement_day(people)
    last = window.size - 1
    past = window.past_retirement(people.birth, people.male, last) & (people.birth < window.start)
    old = (window.age_months(people.birth, last) >= 75 * 12) & past
    share = float(old.sum() / max(past.sum(), 1))
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
        np.maximum(wage[person] * 1.2 * rate, 2_340_000),
        np.where(kind == SURVIVOR, 1_170_000, 1_638_000),
    ).astype(np.int64)
    return _block(
        person,
        kind,
        days(start, -random.integers(3, 25, len(person))),
        start,
        None,
        amount,
        np.where(kind == PENSION, months, months // 3),
    )


def _social(random: np.random.Generator, people: People, window: Window, pensioners: Array) -> list[dict[str, Array]]:
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
            _block(
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
        _block(disabled, SUPPORT, days(start, -random.integers(1, 25, len(disabled))), start, None, amount, 0)
    )
    return blocks


def _sick_leave(random: np.random.Generator, people: People, work: Work, window: Window) -> SickLeave:
    persons, starts = [], []
    for month in range(window.size):
        ill = np.flatnonzero(
            (work.employer[:, month] >= 0) & people.present(window, month) & (random.random(people.size) < 0.03)
        )
        length = int((window.last_days[month] - window.first_days[month]).astype(int)) + 1
        persons.append(ill)
        starts.append(days(window.first_days[month], random.integers(0, length, len(ill))))
    person = np.concatenate(persons)
    return SickLeave(person, np.concatenate(starts), np.minimum(random.geometric(0.28, len(person)), 60))


def _sickness(random: np.random.Generator, leave: SickLeave, wage: Array) -> dict[str, Array]:
    paid = random.random(len(leave.person)) < 0.93
    person, start, length = leave.person[paid], leave.start[paid], leave.length[paid]
    end = days(start, length - 1)
    first = _block(
        person,
        SICKNESS,
        days(end, random.integers(8, 50, len(person))),
        start,
        end,
        wage[person] * 0.75 / 24 * length,
        0,
    )
    rest = np.flatnonzero(length >= 10)
    second = _block(
        person[rest],
        CONVALESCENCE,
        days(first["decided"][rest], np.full(len(rest), 25)),
        days(end[rest], np.full(len(rest), 3)),
        days(end[rest], np.full(len(rest), 8)),
        5 * 702_000,
        0,
    )
    return {key: np.concatenate([first[key], second[key]]) for key in first}


def _maternity(
    random: np.random.Generator, people: People, work: Work, window: Window, wage: Array
) -> dict[str, Array]:
    child = np.arange(people.residents, people.size)
    month = np.clip(window.index(people.birth[child]), 0, window.size - 1)
    blocks = []
    for parent, length in ((people.mother[child], 182), (people.father[child], 7)):
        first = np.r_[True, parent[1:] != parent[:-1]]
        insured = (parent >= 0) & first & (work.employer[parent, month] >= 0)
        person, start = parent[insured], people.birth[child][insured]
        amount = wage[person] * 6 + 2 * BASE_SALARY if length > 30 else wage[person] / 24 * 5
        blocks.append(
            _block(
                person,
                MATERNITY,
                days(start, random.integers(20, 80, len(person))),
                start,
                days(start, np.full(len(person), length)),
                amount,
                random.integers(6, 120, len(person)),
            )
        )
    return {key: np.concatenate([block[key] for block in blocks]) for key in blocks[0]}


def _unemployment(
    random: np.random.Generator, people: People, work: Work, window: Window, wage: Array
) -> dict[str, Array]:
    left = work.unemployment[:, :-1] & (work.employer[:, :-1] >= 0) & (work.employer[:, 1:] < 0)
    left &= work.working_age[:, 1:] & (random.random(left.shape) < 0.5)
    person, month = np.nonzero(left)
    before = np.flatnonzero(work.labour_force[:, 0] & (work.employer[:, 0] < 0) & ~people.armed)
    before = before[random.random(len(before)) < 0.012]
    day = np.r_[window.first_days[month + 1], np.full(len(before), window.start)]
    shift = np.r_[random.integers(12, 60, len(person)), -random.integers(1, 100, len(before))]
    person = np.r_[person, before]
    start = days(day, shift)
    length = random.integers(3, 9, len(person))
    end = days(start, length * 30)
    # Who finds a job again loses the benefit at the end of the month before.
    again = np.full(len(person), NEVER)
    for month_again in reversed(range(window.size)):
        back = (work.employer[person, month_again] >= 0) & (window.first_days[month_again] > start)
        again[back] = window.first_days[month_again]
    early = again <= end
    block = _block(
        person,
        UNEMPLOYMENT,
        days(start, random.integers(0, 6, len(person))),
        start,
        np.where(early, again - 1, end),
        np.minimum(wage[person] * 0.6, 5 * 4_960_000),
        length * 12,
    )
    return block | {"early": early}


def _one_time(random: np.random.Generator, people: People, work: Work, window: Window, wage: Array) -> dict[str, Array]:
    age = window.age_months(people.birth, 0)
    former = (age > 22 * 12) & (age < 52 * 12) & (work.employer < 0).all(axis=1) & ~work.voluntary.any(axis=1)
    count = round(people.residents * 0.0103 * window.days / 365.25)
    person = np.flatnonzero(top(random.random(people.size), former & ~people.armed, count))
    day = days(window.start, random.integers(0, window.days, len(person)))
    months = np.minimum(random.geometric(1 / 50, len(person)) + 6, 230)
    return _block(person, ONE_TIME, day, day, day, wage[person] * 1.9 * months / 12, months)
