"""Work: labour force, jobs, wages, and who contributes to which scheme in each month."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sandbox.world.calendar import Window, coverage_path
from sandbox.world.employers import Employers
from sandbox.world.geography import Geography
from sandbox.world.people import People
from sandbox.world.tools import Array, generator, top, weighted

WORKING_AGE_SHARE = 0.4655
"""Labour force of working age in the last month, share of residents: 47.3 of 101.6 million at the end of 2025."""
_AGES = [14.9, 16, 19, 23, 28, 50, 56, 61, 66, 72, 80]
_MEN = [0.0, 0.15, 0.5, 0.85, 0.96, 0.95, 0.88, 0.7, 0.42, 0.2, 0.03]
_WOMEN = [0.0, 0.12, 0.45, 0.78, 0.88, 0.87, 0.72, 0.52, 0.3, 0.13, 0.02]


@dataclass(frozen=True)
class Work:
    """Person by month. `employer` is -1 without an insured job; `evading` is the unit of an undeclared job."""

    labour_force: Array
    working_age: Array
    employer: Array
    voluntary: Array
    unemployment: Array
    evading: Array
    wage: Array
    raise_month: float
    declared: Array
    chosen_income: Array

    def wages(self, employers: Employers, unit: Array, person: Array, year: int) -> Array:
        """Return monthly wages in VND, in steps of 10,000, at least the regional minimum."""
        amount = self.wage[person] * employers.wage[unit] * self.raise_month ** (year - 2025)
        return np.maximum(amount // 10_000 * 10_000, 3_860_000).astype(np.int64)

    def base(self, wage: Array, person: Array) -> Array:
        """Return the wage that the employer declares: some declare the minimum rather than the wage."""
        return np.where(self.declared[person], wage, np.maximum(wage * 0.7 // 10_000 * 10_000, 4_960_000)).astype(
            np.int64
        )


def build_work(people: People, geography: Geography, employers: Employers, window: Window, seed: int) -> Work:
    """Return work and contributions, calibrated to the published rates of each month."""
    random = generator(seed, "work")
    force, working_age = _labour_force(random, people, window)
    base = (force & working_age).sum(axis=0)
    employer = _jobs(random, people, geography, employers, window, force & working_age, base)
    voluntary = np.zeros_like(force)
    income_score = random.random(people.size)
    rates = coverage_path("si_voluntary", window)
    for month in range(window.size):
        open_to = force[:, month] & working_age[:, month] & (employer[:, month] < 0) & ~people.armed
        voluntary[:, month] = top(income_score, open_to, round(rates[month] / 100 * base[month]))
    unemployment = np.zeros_like(force)
    rates = coverage_path("ui", window)
    covered_score = random.random(people.size)
    for month in range(window.size):
        unit = employer[:, month]
        preference = covered_score - np.where(unit >= 0, employers.public[unit], False)
        unemployment[:, month] = top(preference, unit >= 0, round(rates[month] / 100 * base[month]))
    return Work(
        force,
        working_age,
        employer,
        voluntary,
        unemployment,
        _evaders(random, people, employers, window, force & working_age, employer),
        random.lognormal(np.log(7_400_000), 0.42, people.size),
        1.06,
        random.random(people.size) > 0.27,
        np.round(np.clip(random.lognormal(np.log(1_900_000), 0.5, people.size), 1_500_000, 2e7), -5).astype(np.int64),
    )


def _labour_force(random: np.random.Generator, people: People, window: Window) -> tuple[Array, Array]:
    draw = random.random(people.size)
    force = np.zeros((people.size, window.size), dtype=bool)
    working_age = np.zeros_like(force)
    factor = 1.0
    for month in reversed(range(window.size)):
        age = window.age_months(people.birth, month) / 12
        rate = np.where(people.male, np.interp(age, _AGES, _MEN), np.interp(age, _AGES, _WOMEN))
        present = people.present(window, month) & (age >= 15)
        working_age[:, month] = present & ~window.past_retirement(people.birth, people.male, month)
        ratio = np.divide(draw, rate, out=np.full(people.size, np.inf), where=rate > 0)
        if month == window.size - 1:
            # One factor on all participation rates meets the published size of the labour force of working age.
            sorted_ratio = np.sort(ratio[working_age[:, month]])
            wanted = round(WORKING_AGE_SHARE * int(people.present(window, month).sum()))
            factor = float(sorted_ratio[min(wanted, len(sorted_ratio) - 1)])
        force[:, month] = present & (ratio < factor)
    return force, working_age


def _jobs(
    random: np.random.Generator,
    people: People,
    geography: Geography,
    employers: Employers,
    window: Window,
    eligible: Array,
    base: Array,
) -> Array:
    """Fill insured jobs month by month: some leave or change, others are hired up to the published rate."""
    age = window.age_months(people.birth, window.size - 1) / 12
    province = geography.ward63_province[people.ward_first]
    liking = (
        np.interp(age, [16, 20, 26, 38, 50, 62], [-1.5, -0.2, 0.9, 0.7, -0.2, -1.2])
        + np.log(geography.formal_jobs[province]) * 1.6
        + np.where(geography.ward63_urban[people.ward_first], 0.45, 0)
        + np.where(people.male, 0.0, 0.12)
        - 0.9 * (people.poverty == 2)
        + random.gumbel(0, 1.0, people.size)
    )
    employer = np.full((people.size, window.size), -1, dtype=np.int32)
    current = np.full(people.size, -1, dtype=np.int32)
    rates = coverage_path("si_compulsory", window)
    for month in range(window.size):
        open_to = eligible[:, month] & ~people.armed
        wanted = round(rates[month] / 100 * base[month])
        stay = (current >= 0) & open_to & (random.random(people.size) > 0.012)
        if int(stay.sum()) > wanted:
            stay = top(liking + random.gumbel(0, 1.5, people.size), stay, wanted)
        noise = random.gumbel(0, 0.6, people.size)
        hired = top(liking + noise, open_to & ~stay & ((current < 0) | (month == 0)), wanted - int(stay.sum()))
        left = (current >= 0) & ~stay
        changes = stay & (random.random(people.size) < 0.006)
        current[left] = -1
        new = np.flatnonzero(hired | changes)
        current[new] = _pick(random, province[new], employers)
        employer[:, month] = current
    return employer


def _pick(random: np.random.Generator, province: Array, employers: Employers) -> Array:
    """Choose employers by size: nine in ten work in the province where they live."""
    firms = employers.firms
    total = np.r_[0.0, np.cumsum(employers.weight[:firms])]
    start = np.searchsorted(employers.province[:firms], province, side="left")
    stop = np.searchsorted(employers.province[:firms], province, side="right")
    near = (random.random(len(province)) < 0.9) & (stop > start)
    low, high = np.where(near, total[start], 0.0), np.where(near, total[stop], total[-1])
    chosen = np.searchsorted(total, low + random.random(len(province)) * (high - low), side="right") - 1
    return np.asarray(np.clip(chosen, 0, firms - 1))


def _evaders(
    random: np.random.Generator, people: People, employers: Employers, window: Window, eligible: Array, employer: Array
) -> Array:
    """Return the unit where an employee works who is never declared, or -1: about 5 per 100 declared ones."""
    never = (employer < 0).all(axis=1) & eligible.all(axis=1) & ~people.armed
    wanted = int((employer[:, 0] >= 0).sum() * 0.05)
    chosen = np.flatnonzero(top(random.random(people.size), never, wanted))
    unit = np.full(people.size, -1, dtype=np.int32)
    weight = np.where(employers.ownership[: employers.firms] == 0, 0.0, np.sqrt(employers.weight[: employers.firms]))
    unit[chosen] = weighted(random, weight, len(chosen))
    return unit
