"""Who is truly entitled to what, from when to when, and how much; benefits that last are in `pensions`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sandbox.world.benefits import (
    CONVALESCENCE,
    MATERNITY,
    MONTHLY,
    ONE_TIME,
    PENSION_LIKE,
    SICKNESS,
    UNEMPLOYMENT,
    Benefits,
    decisions,
)
from sandbox.world.calendar import BASE_SALARY, CONTRIBUTION_CAP, Window
from sandbox.world.employers import Employers
from sandbox.world.pensions import pensions, social_benefits
from sandbox.world.people import People
from sandbox.world.tools import NEVER, Array, days, generator, top
from sandbox.world.work import Work


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
    lasting = pensions(random, people, work, window, wage)
    social = social_benefits(random, people, window, lasting["person"][PENSION_LIKE[lasting["kind"]]])
    leave = _sick_leave(random, people, work, window)
    parts = [
        lasting,
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


def _last_wage(people: People, work: Work, employers: Employers, window: Window) -> Array:
    unit = work.employer.max(axis=1)
    wage = np.minimum(work.wage, 40_000_000).astype(np.int64)
    held = np.flatnonzero(unit >= 0)
    declared = work.base(work.wages(employers, unit[held], held, window.year(0)), held)
    wage[held] = np.minimum(declared, CONTRIBUTION_CAP)
    return wage


def _sick_leave(random: np.random.Generator, people: People, work: Work, window: Window) -> SickLeave:
    persons, starts = [], []
    for month in range(window.size):
        ill = np.flatnonzero(
            (work.employer[:, month] >= 0) & people.present(window, month) & (random.random(people.size) < 0.0404)
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
    first = decisions(
        person,
        SICKNESS,
        days(end, random.integers(8, 50, len(person))),
        start,
        end,
        wage[person] * 0.75 / 24 * length,
        0,
    )
    rest = np.flatnonzero(length >= 10)
    second = decisions(
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
            decisions(
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
    left &= work.working_age[:, 1:] & (random.random(left.shape) < 0.36)
    person, month = np.nonzero(left)
    before = np.flatnonzero(work.labour_force[:, 0] & (work.employer[:, 0] < 0) & ~people.armed)
    before = before[random.random(len(before)) < 0.0086]
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
    block = decisions(
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
    return decisions(person, ONE_TIME, day, day, day, wage[person] * 1.9 * months / 12, months)
