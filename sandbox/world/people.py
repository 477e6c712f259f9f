"""Persons and households: who lives when and where, who is whose child."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from sandbox.world import names
from sandbox.world.calendar import Window
from sandbox.world.geography import Geography
from sandbox.world.identifiers import personal_numbers
from sandbox.world.tools import NEVER, Array, days, generator, read_csv, top, weighted

HEAD, SPOUSE, CHILD, PARENT, OTHER = range(5)
RELATIONS = ["head", "spouse", "child", "parent", "other"]
BIRTHS_PER_YEAR = 0.0137
_MORTALITY_AGES = np.array([1, 15, 40, 50, 60, 70, 80, 90])
_MORTALITY = np.array([0.011, 0.0004, 0.0011, 0.0028, 0.006, 0.014, 0.034, 0.085, 0.2])


@dataclass
class People:
    """Persons as columns; the position is the person. The last `newborns` persons are born in the window."""

    residents: int
    male: Array
    birth: Array
    death: Array
    emigration: Array
    household: Array
    relation: Array
    father: Array
    mother: Array
    surname: Array
    ethnicity: Array
    birth_province: Array
    ward_first: Array
    ward_second: Array
    moved: Array
    poverty: Array
    armed: Array
    name: pl.Series
    number: Array
    old_card: Array

    @property
    def size(self) -> int:
        """Number of persons ever alive in the window."""
        return len(self.male)

    def ward(self, day: np.datetime64) -> Array:
        """Return the ward (63 list) of permanent residence of each person on a day."""
        return np.where(self.moved <= day, self.ward_second, self.ward_first)

    def present(self, window: Window, month: int) -> Array:
        """Whether each person is born, alive and in the country on the last day of a month."""
        last = window.last_days[month]
        return np.asarray((self.birth <= last) & ~(self.death <= last) & ~(self.emigration <= last))


def build_people(size: int, window: Window, geography: Geography, seed: int) -> People:
    """Return `size` residents of the first day of the window, and those born in it."""
    random = generator(seed, "people")
    male, birth = _pyramid(random, size, window)
    age = (window.start - birth).astype(np.int64) / 365.25
    household, relation, father, mother, surname = _households(random, age, male)
    count = int(household.max()) + 1
    home = weighted(random, geography.ward63_weight, count)
    province = geography.ward63_province[home]
    minority = random.random(count) < geography.minority_share[province] * np.where(
        geography.ward63_urban[home], 0.5, 1.2
    )
    ethnicity = np.where(minority, geography.minority_group[province], 1)
    poverty = np.where(random.random(count) < np.where(minority, 0.18, 0.014), 2, 0)
    poverty = np.where((poverty == 0) & (random.random(count) < 0.035), 1, poverty)

    mothers, born = _births(random, age, male, mother, household, relation, window)
    parent = _partner(mothers, household, male, relation)
    male = np.r_[male, random.random(len(mothers)) < 0.527]
    birth, household = np.r_[birth, born], np.r_[household, household[mothers]]
    relation = np.r_[relation, np.full(len(mothers), CHILD)]
    father, mother = np.r_[father, parent], np.r_[mother, mothers]
    surname = np.r_[surname, surname[np.where(parent >= 0, parent, mothers)]]

    death, emigration = _exits(random, birth, window)
    death[mothers] = emigration[mothers] = NEVER
    ward = home[household]
    moved, ward_second = _moves(random, birth, size, ward, geography, window)
    elsewhere = (random.random(len(male)) < 0.14) & (birth < window.start)
    birthplace = np.where(elsewhere, weighted(random, geography.weight, len(male)), geography.ward63_province[ward])
    years = (window.start - birth).astype(np.int64) / 365.25
    armed = top(random.random(len(male)), male & (years > 18) & (years < 50) & (relation != PARENT), int(size * 0.0055))
    codes = np.array(geography.province63, dtype=np.int64)
    card = geography.old_card_prefix[birthplace] * 1_000_000 + random.integers(0, 1_000_000, len(male))
    held = (birth < np.datetime64("2002-01-01")) & (random.random(len(male)) < 0.85)
    return People(
        size,
        male,
        birth,
        death,
        emigration,
        household,
        relation,
        father,
        mother,
        surname,
        ethnicity[household],
        birthplace,
        ward,
        ward_second,
        moved,
        poverty[household],
        armed,
        names.full_names(random, surname, male),
        personal_numbers(codes[birthplace], male, birth),
        np.where(held, card, -1),
    )


def _pyramid(random: np.random.Generator, size: int, window: Window) -> tuple[Array, Array]:
    table = read_csv("age_pyramid.csv")
    band = weighted(random, table["share"].to_numpy(), size)
    low, high = table["age_from"].to_numpy()[band], table["age_to"].to_numpy()[band]
    position = random.random(size)
    # The last band is open: few live to its end.
    position = np.where(high == 100, position**2.2, position)
    age_days = ((low + (high - low) * position) * 365.25).astype(np.int64) + 1
    return random.random(size) < table["male_share"].to_numpy()[band], days(window.start, -age_days)


def _households(random: np.random.Generator, age: Array, male: Array) -> tuple[Array, ...]:
    """Pair couples by age, then place children, grown children, parents and single persons."""
    size = len(age)
    household, relation = np.full(size, -1), np.full(size, OTHER)
    father, mother = np.full(size, -1), np.full(size, -1)
    husbands, wives = _couples(random, age, male)
    pairs = len(husbands)
    household[husbands] = household[wives] = np.arange(pairs)
    man_heads = random.random(pairs) < 0.72
    relation[husbands], relation[wives] = np.where(man_heads, HEAD, SPOUSE), np.where(man_heads, SPOUSE, HEAD)

    free = household < 0
    draw = random.random(size)
    child = free & ((age < 18) | ((age < 35) & (draw < 0.72)))
    alone = free & ~child & np.where(age < 35, draw > 0.85, np.where(age < 65, draw < 0.5, draw < 0.3))
    older = free & ~child & ~alone & (age >= 65)
    guest = free & ~child & ~alone & ~older
    order = np.argsort(age[wives], kind="stable")
    wife_age = age[wives][order]

    def couple(target: Array) -> Array:
        place = np.searchsorted(wife_age, target) + random.integers(-2, 3, len(target))
        return np.asarray(order[np.clip(place, 0, pairs - 1)])

    chosen = couple(age[child] + np.clip(random.normal(27, 5, int(child.sum())), 17, 44))
    household[child], relation[child] = chosen, CHILD
    father[child], mother[child] = husbands[chosen], wives[chosen]
    household[older] = couple(age[older] - np.clip(random.normal(28, 4, int(older.sum())), 18, 45))
    relation[older] = PARENT
    household[guest] = random.integers(0, pairs, int(guest.sum()))
    household[alone], relation[alone] = pairs + np.arange(int(alone.sum())), HEAD
    surname = names.draw_surnames(random, size)
    surname[child] = surname[father[child]]
    return household, relation, father, mother, surname


def _couples(random: np.random.Generator, age: Array, male: Array) -> tuple[Array, Array]:
    men = np.interp(age, [19, 22, 27, 33, 64, 75, 90], [0, 0.2, 0.55, 0.87, 0.9, 0.8, 0.5])
    women = np.interp(age, [17, 20, 25, 30, 60, 72, 90], [0, 0.2, 0.6, 0.88, 0.86, 0.6, 0.15])
    married_men = np.flatnonzero(male & (random.random(len(age)) < men))
    chance = np.where(male, 0, women)
    score = np.where(chance > 0, random.random(len(age)) ** (1 / np.maximum(chance, 1e-9)), -1.0)
    count = min(len(married_men), int((chance > 0).sum()))
    married_women = np.flatnonzero(top(score, chance > 0, count))
    married_men = married_men[random.permutation(len(married_men))[:count]]
    by_man = np.argsort(age[married_men] + random.normal(0, 2.5, count), kind="stable")
    by_woman = np.argsort(age[married_women] + random.normal(0, 2.5, count), kind="stable")
    return married_men[by_man], married_women[by_woman]


def _births(
    random: np.random.Generator,
    age: Array,
    male: Array,
    mother: Array,
    household: Array,
    relation: Array,
    window: Window,
) -> tuple[Array, Array]:
    married = ~male & ((relation == HEAD) | (relation == SPOUSE)) & (age > 18) & (age < 44)
    weight = np.interp(age, [18, 21, 27, 33, 39, 44], [0.02, 0.5, 1, 0.7, 0.2, 0.01])
    # A woman with a child of less than a year has no other one in the window.
    infants = mother[(age < 1) & (mother >= 0)]
    married[infants] = False
    score = np.where(married, random.random(len(age)) ** (1 / weight), -1.0)
    count = round(len(age) * BIRTHS_PER_YEAR * window.days / 365.25)
    mothers = np.flatnonzero(top(score, married, count))
    born = days(window.start, random.integers(0, window.days, len(mothers)))
    twins = random.random(len(mothers)) < 0.01
    order = np.argsort(np.r_[born, born[twins]], kind="stable")
    return np.r_[mothers, mothers[twins]][order], np.r_[born, born[twins]][order]


def _partner(mothers: Array, household: Array, male: Array, relation: Array) -> Array:
    partner = np.full(int(household.max()) + 1, -1)
    men = np.flatnonzero(male & ((relation == HEAD) | (relation == SPOUSE)))
    partner[household[men]] = men
    return partner[household[mothers]]


def _exits(random: np.random.Generator, birth: Array, window: Window) -> tuple[Array, Array]:
    begin = np.maximum(birth, window.start)
    length = (window.end - begin).astype(np.int64)
    age = np.maximum((window.start - birth).astype(np.int64) / 365.25, 0)
    yearly = _MORTALITY[np.searchsorted(_MORTALITY_AGES, age, side="right")]
    leaves = np.where((age > 19) & (age < 42), 0.004, 0.0003)
    death, emigration = np.full(len(birth), NEVER), np.full(len(birth), NEVER)
    for dates, rate in ((death, yearly), (emigration, leaves)):
        hit = np.flatnonzero(random.random(len(birth)) < 1 - (1 - rate) ** (length / 365.25))
        dates[hit] = days(begin[hit], random.random(len(hit)) * length[hit])
    emigration[death <= emigration] = NEVER
    return death, emigration


def _moves(
    random: np.random.Generator, birth: Array, size: int, ward: Array, geography: Geography, window: Window
) -> tuple[Array, Array]:
    age = (window.start - birth).astype(np.int64) / 365.25
    yearly = np.where((age > 18) & (age < 40), 0.022, np.where(age > 0, 0.006, 0.0))
    hit = np.flatnonzero(random.random(len(birth)) < yearly * window.days / 365.25)
    moved, second = np.full(len(birth), NEVER), ward.copy()
    moved[hit] = days(window.start, random.integers(0, window.days, len(hit)))
    pull = geography.ward63_weight * geography.formal_jobs[geography.ward63_province] ** 2
    second[hit] = weighted(random, pull, len(hit))
    return moved, second
