"""Visits to health facilities: who, when, why and at what cost, a month at a time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sandbox.world.country import Country
from sandbox.world.health_cover import LEVEL, NONE
from sandbox.world.registries.facilities import Facilities
from sandbox.world.tools import Array, days, ranges, read_csv, weighted

VISITS_PER_YEAR = 1.855
EXAMINATION, OUTPATIENT, INPATIENT = 1, 2, 3
# The share that the fund pays, by benefit level 1 to 5.
FUND_SHARE = np.array([0.0, 1.0, 1.0, 0.95, 0.8, 1.0])


@dataclass(frozen=True)
class Visits:
    """Encounters of one month. `delivery` is the child born, `leave` the sick leave certified; -1 without."""

    person: Array
    facility: Array
    admitted: Array
    discharged: Array
    care: Array
    diagnosis: Array
    level: Array
    delivery: Array
    leave: Array
    newborn: Array

    @property
    def size(self) -> int:
        """Number of encounters."""
        return len(self.person)


@dataclass(frozen=True)
class Lines:
    """Drugs or services of encounters: position of the encounter and of the item, quantity, prices in VND."""

    visit: Array
    number: Array
    item: Array
    quantity: Array
    price: Array
    total: Array
    scope: Array
    copaid: Array


def build_visits(country: Country, facilities: Facilities, month: int) -> Visits:
    """Return the encounters that begin in a month: ordinary ones, deliveries, newborns, certified sick leaves."""
    random, people, window = country.random(f"visits.{month}"), country.people, country.window
    first, last = window.first_days[month], window.last_days[month]
    length = int((last - first).astype(int)) + 1
    insured = country.cover[:, month] != NONE
    age = np.maximum(window.age_months(people.birth, month), 0) / 12
    factor = np.interp(age, [0, 4, 10, 22, 40, 60, 75, 90], [2.0, 1.6, 0.7, 0.45, 0.75, 1.5, 2.3, 2.2])
    factor *= (
        VISITS_PER_YEAR
        / 12
        / max(float(factor[insured].mean()), 1e-9)
        * float(people.present(window, month).sum())
        / max(float(insured.sum()), 1)
    )
    ordinary = np.repeat(np.arange(people.size), random.poisson(factor) * insured)
    day = days(first, random.integers(0, length, len(ordinary)))
    good = (people.birth[ordinary] <= day) & ~(people.death[ordinary] < day)
    ordinary, day = ordinary[good], day[good]

    child = np.arange(people.residents, people.size)
    child = child[(people.birth[child] >= first) & (people.birth[child] <= last)]
    mother = people.mother[child]
    single = np.r_[True, mother[1:] != mother[:-1]] if len(mother) else np.zeros(0, dtype=bool)
    here = single & insured[mother]
    children, mothers = child[here], mother[here]
    off = np.flatnonzero((country.leave.start >= first) & (country.leave.start <= last))
    off = off[(random.random(len(off)) < 0.8) & insured[country.leave.person[off]]]

    parts = [ordinary, mothers, country.leave.person[off]]
    person = np.concatenate(parts)
    begins = np.concatenate([day, people.birth[children], country.leave.start[off]])
    kind = np.repeat([0, 1, 2], [len(part) for part in parts])
    table = read_csv("diagnoses.csv")
    diagnosis = weighted(random, table["weight"].to_numpy(), len(person))
    stays = (random.random(len(person)) < table["inpatient"].to_numpy()[diagnosis]) | (kind == 1)
    stays &= kind != 2
    care = np.where(stays, INPATIENT, np.where(random.random(len(person)) < 0.25, OUTPATIENT, EXAMINATION))
    minute = random.integers(6 * 60, 17 * 60, len(person))
    minute = np.where(kind == 1, random.integers(0, 10 * 60, len(person)), minute)
    admitted = begins.astype("datetime64[m]") + minute.astype("timedelta64[m]")
    stay = np.where(
        stays, np.minimum(random.geometric(0.2, len(person)), 40) * 1440, random.integers(20, 300, len(person))
    )
    stay = np.where(kind == 1, random.integers(2, 6, len(person)) * 1440, stay)
    ward = country.ward(person, begins)
    near = facilities.near(country, person, ward)
    province = country.geography.ward63_province[ward]
    other = facilities.start[province] + (random.random(len(person)) * facilities.count[province]).astype(np.int64)
    return Visits(
        person,
        np.where(random.random(len(person)) < 0.7, near, other),
        admitted,
        admitted + stay.astype("timedelta64[m]"),
        care,
        diagnosis,
        LEVEL[country.cover[person, month]],
        np.concatenate([np.full(len(ordinary), -1), children, np.full(len(off), -1)]),
        np.concatenate([np.full(len(ordinary) + len(children), -1), off]),
        (begins - people.birth[person]).astype(np.int64) < 28,
    )


def draw_lines(random: np.random.Generator, visits: Visits, services: bool) -> Lines:
    """Return the drug lines, or the service and supply lines, of encounters."""
    size, stays = visits.size, visits.care == INPATIENT
    if services:
        table, supplies = read_csv("services.csv"), read_csv("supplies.csv")
        price = np.r_[table["price"].to_numpy(), supplies["price"].to_numpy()]
        everywhere, in_hospital = (np.flatnonzero((table["care"] == care).to_numpy()) for care in ("all", "inpatient"))
        bed, delivery = table.height - 1, int((table["care"] == "delivery").arg_max() or 0)
        count = 1 + random.binomial(2, np.where(stays, 0.7, 0.28))
        visit, number = np.repeat(np.arange(size), count), ranges(count)
        item = everywhere[random.integers(1, len(everywhere), len(visit))]
        # The bed, the last of the table, is the first line of a stay; the second is what the stay was for.
        stay_item = in_hospital[random.integers(0, len(in_hospital) - 1, len(visit))]
        item = np.where((number == 1) & stays[visit], stay_item, item)
        item = np.where(
            number == 0, np.where(visits.delivery[visit] >= 0, delivery, np.where(stays[visit], bed, 0)), item
        )
        item = np.where(
            (number == 2) & stays[visit], table.height + random.integers(0, supplies.height, len(visit)), item
        )
        nights = (visits.discharged - visits.admitted).astype("timedelta64[D]").astype(np.int64)
        quantity = np.where(item == bed, np.maximum(nights[visit], 1), 1)
    else:
        table = read_csv("drugs.csv")
        price = table["price"].to_numpy()
        count = random.choice(4, size, p=[0.25, 0.4, 0.25, 0.1])
        visit, number = np.repeat(np.arange(size), count), ranges(count)
        item = random.integers(0, len(price), len(visit))
        quantity = np.maximum(np.round(table["quantity"].to_numpy()[item] * random.uniform(0.3, 1.2, len(visit))), 1)
        quantity = quantity.astype(np.int64)
    total = quantity * price[item]
    # A small part of the lines lies outside the scope of health insurance, none of the costly ones.
    scope = np.where((random.random(len(visit)) < 0.03) & (number > 0) & (total < 1_000_000), 0, total)
    copaid = np.round(scope * (1 - FUND_SHARE[visits.level[visit]])).astype(np.int64)
    return Lines(visit, number + 1, item, quantity, price[item], total, scope, copaid)
