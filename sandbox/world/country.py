"""The true country: everything that holds before any registry writes it down."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from sandbox.settings import ErrorRates
from sandbox.world.benefits import Benefits
from sandbox.world.calendar import MERGER, Window
from sandbox.world.employers import Employers, build_employers, late_payers
from sandbox.world.entitlements import SickLeave, build_benefits
from sandbox.world.errors import ErrorLog, Mistakes
from sandbox.world.facts import Facts
from sandbox.world.geography import Geography, load_geography
from sandbox.world.health_cover import Cards, build_cards, build_cover
from sandbox.world.identifiers import si_numbers, tax_codes
from sandbox.world.people import People, build_people
from sandbox.world.tools import Array, days, generator, texts
from sandbox.world.work import Work, build_work


@dataclass
class Country:
    """Truth, and the settings that the registries' copies are made with."""

    seed: int
    window: Window
    rates: ErrorRates
    log: ErrorLog
    facts: Facts
    geography: Geography
    people: People
    employers: Employers
    late_payers: Array
    work: Work
    benefits: Benefits
    leave: SickLeave
    cover: Array
    cards: Cards
    si_number: Array
    second_si_number: Array
    tax_code: Array
    death_registered: Array

    def random(self, part: str) -> np.random.Generator:
        """Return the random numbers of one part."""
        return generator(self.seed, part)

    def mistakes(
        self, registry: str, dataset: str, keys: pl.Series, random: np.random.Generator | None = None
    ) -> Mistakes:
        """Return the mistakes of one data set, for records with these keys.

        Args:
            random: random numbers of a part, where the data set is made in parts.
        """
        source = random or self.random(f"errors.{registry}.{dataset}")
        return Mistakes(source, self.rates, self.log, registry, dataset, keys)

    def ward(self, person: Array, day: Array) -> Array:
        """Return the ward (63 list) where each person lives on a day of their own."""
        people = self.people
        return np.where(people.moved[person] <= day, people.ward_second[person], people.ward_first[person])

    def areas(self, province63: Array, day: Array) -> dict[str, pl.Series]:
        """Return province_code and area_list of places, in the list in force on each day."""
        return {
            "province_code": self.provinces(province63, day),
            "area_list": texts(["63", "34"], (day >= MERGER).astype(np.int64)),
        }

    def provinces(self, province63: Array, day: Array) -> pl.Series:
        """Return province codes in the list in force on each day."""
        geography = self.geography
        place = np.where(day >= MERGER, geography.to34[province63] + len(geography.province63), province63)
        return texts(geography.province63 + geography.province34, place)

    def wards(self, ward63: Array, day: Array) -> tuple[pl.Series, Array]:
        """Return ward codes in the list in force on each day, and whether they are urban."""
        geography = self.geography
        merged, new = day >= MERGER, geography.ward_to34[ward63]
        code = texts(geography.ward63 + geography.ward34, np.where(merged, new + len(geography.ward63), ward63))
        return code, np.where(merged, geography.ward34_urban[new], geography.ward63_urban[ward63])


def build_country(people: int, window: Window, seed: int, rates: ErrorRates) -> Country:
    """Return the true country."""
    geography = load_geography(seed)
    persons = build_people(people, window, geography, seed)
    employers = build_employers(int(people * 0.18), geography, seed)
    work = build_work(persons, geography, employers, window, seed)
    benefits, leave = build_benefits(persons, work, employers, window, seed)
    cover = build_cover(persons, work, benefits, geography, employers.public, window, seed)
    cards = build_cards(persons, cover, window, seed)
    jobs = np.bincount(work.employer[work.employer[:, 0] >= 0, 0], minlength=employers.size)
    late = late_payers(employers, jobs, seed)
    random = generator(seed, "numbers")
    issued = np.array(geography.province63, dtype=np.int64)[geography.ward63_province[persons.ward_first]]
    several = random.random(persons.size) < rates.get("vss", "several_si_numbers")
    several &= (work.employer >= 0).any(axis=1)
    numbers = np.arange(persons.size)
    known = (work.employer >= 0).any(axis=1) | (work.evading >= 0) | (random.random(persons.size) < 0.12)
    known &= window.age_months(persons.birth, 0) > 15 * 12
    slow = random.random(persons.size) < rates.get("population", "death_registered_late")
    lag = np.where(slow, random.integers(60, 240, persons.size), random.integers(1, 30, persons.size))
    return Country(
        seed,
        window,
        rates,
        ErrorLog(),
        Facts(),
        geography,
        persons,
        employers,
        late,
        work,
        benefits,
        leave,
        cover,
        cards,
        si_numbers(issued, numbers),
        np.where(several, si_numbers(issued, numbers + persons.size), -1),
        np.where(known, tax_codes(8, persons.size), -1),
        days(persons.death, lag),
    )
