"""The population registry: persons and vital events, numbered in the order of recording."""

from __future__ import annotations

import numpy as np
import polars as pl

from sandbox.world.country import Country
from sandbox.world.errors import Mistakes
from sandbox.world.identifiers import personal_numbers
from sandbox.world.output import Tables
from sandbox.world.people import RELATIONS
from sandbox.world.registries.identity_changes import identity_changes
from sandbox.world.tools import NEVER, Array, date_text, days, digits, numbered, office_time, optional_digits, texts


def write_population(country: Country, tables: Tables) -> Array:
    """Write persons, identity changes and vital events; return the day on which each person was registered."""
    random = country.random("population")
    people, window, size = country.people, country.window, country.people.size
    slow = random.random(size) < 0.05
    after_birth = days(people.birth, np.where(slow, random.integers(60, 150, size), random.integers(1, 45, size)))
    before = days(window.start, -random.integers(1, 3000, size))
    registered = np.where(people.birth >= window.start, after_birth, np.maximum(before, people.birth + 1))
    # Nobody is registered after the registration of the death or after leaving.
    for last in (country.death_registered - 1, people.emigration):
        registered = np.where(last < registered, np.maximum(last, people.birth), registered)
    _persons(country, tables, random, registered)
    _vital_events(country, tables, random, registered)
    return registered


def _persons(country: Country, tables: Tables, random: np.random.Generator, registered: Array) -> None:
    people, size, start = country.people, country.people.size, country.window.start
    wrong = country.mistakes("population", "person", digits(people.number, 12))
    state, year_only = _first_states(country, random, wrong, registered)

    # Some names and dates are corrected; what comes after carries the right ones.
    faulty = (state["full_name"] != people.name).to_numpy() | year_only
    fixed = np.flatnonzero(faulty & (people.birth < start) & (random.random(size) < 0.25))
    fixed_on = days(start, random.integers(0, country.window.days, len(fixed)))
    here = ~(people.death[fixed] <= fixed_on) & ~(people.emigration[fixed] <= fixed_on)
    fixed, fixed_on = fixed[here], fixed_on[here]
    current = state.with_columns(
        pl.Series("full_name", state["full_name"].scatter(fixed, people.name.gather(fixed))),
        pl.Series("birth_date", state["birth_date"].scatter(fixed, date_text(people.birth[fixed], "iso"))),
    )
    corrections = _at(random, current, fixed, fixed_on)
    died = np.flatnonzero(people.death == people.death)
    slow = died[(country.death_registered[died] - people.death[died]).astype(int) >= 60]
    country.log.add("population", "person", digits(people.number[slow], 12), "death_registered_late")
    deaths = _at(random, current, died, country.death_registered[died]).with_columns(
        pl.lit("deceased").alias("life_status"), pl.Series("death_date", people.death[died])
    )
    left = np.flatnonzero(people.emigration == people.emigration)
    gone_on = days(people.emigration[left], random.integers(10, 60, len(left)))
    departures = _at(random, current, left, gone_on).with_columns(pl.lit("emigrated").alias("life_status"))

    again = np.flatnonzero(wrong.pick("duplicate_record", ~(country.death_registered <= registered + 3)))
    repeats = _at(random, state, again, registered[again] + 3)
    twice, second = _second_numbers(country, wrong)
    doubles = state[twice].with_columns(pl.Series("personal_number", digits(second, 12)))
    bad = np.flatnonzero(wrong.pick("invalid_record", ~(country.death_registered <= start + 60)))
    half = random.random(len(bad)) < 0.5
    # The registry repairs what it cannot use: the same state again, right.
    repairs = _at(random, state, bad, np.maximum(registered[bad] + 5, days(start, random.integers(5, 55, len(bad)))))
    broken = state.with_columns(
        pl.Series("sex", state["sex"].scatter(bad[half], "X")),
        pl.Series("birth_date", state["birth_date"].scatter(bad[~half], "00/00/0000")),
    )
    frames = [broken, repeats, repairs, corrections, doubles, departures, deaths]
    tables.write("population", "person", numbered(frames, "personal_number"), person="person")
    changes = identity_changes(country, random, state, corrections, twice, second)
    tables.write("population", "identity_change", changes, person="person", key=("change_seq",))


def _first_states(
    country: Country, random: np.random.Generator, wrong: Mistakes, registered: Array
) -> tuple[pl.DataFrame, Array]:
    people, size = country.people, country.people.size
    birth, year_only = wrong.birth_dates(people.birth, "iso")
    known = random.random(size) < 0.8
    parents = {
        name: optional_digits(np.where(known & (parent >= 0), people.number[parent], -1), 12)
        for name, parent in (("father_number", people.father), ("mother_number", people.mother))
    }
    state = pl.DataFrame(
        {
            "person": np.arange(size),
            "personal_number": digits(people.number, 12),
            "full_name": wrong.names(people.name),
            "birth_date": birth,
            "sex": texts(["Nam", "Nữ"], (~people.male).astype(np.int64)),
            "ethnicity_code": digits(people.ethnicity, 2),
            "nationality_code": pl.repeat("000", size, eager=True),
            "old_id_number": optional_digits(people.old_card, 9),
            "birth_province_code": texts(country.geography.province63, people.birth_province),
            "household_code": "HK" + digits(people.household + 1, 9),
            "household_relation": texts(RELATIONS, people.relation),
            **parents,
            "armed_forces": people.armed,
            "life_status": pl.repeat("alive", size, eager=True),
            "death_date": np.full(size, NEVER),
            "updated_at": office_time(random, registered),
        }
    )
    return state, year_only


def _at(random: np.random.Generator, state: pl.DataFrame, rows: Array, day: Array) -> pl.DataFrame:
    """Return states of these persons as recorded on these days."""
    return state[rows].with_columns(pl.Series("updated_at", office_time(random, day)))


def _second_numbers(country: Country, wrong: Mistakes) -> tuple[Array, Array]:
    """Return who got a second personal number, and that number."""
    people = country.people
    twice = np.flatnonzero(wrong.pick("duplicate_person", people.birth < np.datetime64("2010-01-01")))
    codes = np.array(country.geography.province63, dtype=np.int64)[people.birth_province[twice]]
    first = personal_numbers(codes, people.male[twice], people.birth[twice])
    second = first // 1_000_000 * 1_000_000 + (first + 777_000) % 1_000_000
    free = ~np.isin(second, people.number)
    return twice[free], second[free]


def _vital_events(country: Country, tables: Tables, random: np.random.Generator, registered: Array) -> None:
    people = country.people
    born = np.flatnonzero(people.birth >= country.window.start)
    died = np.flatnonzero(people.death == people.death)
    frames = []
    for person, kind, day, seen in (
        (born, "birth", people.birth[born], registered[born]),
        (died, "death", people.death[died], country.death_registered[died]),
    ):
        mother = people.number[people.mother[person]] if kind == "birth" else np.full(len(person), -1)
        frames.append(
            pl.DataFrame(
                {
                    "person": person,
                    "event_id": ("KS" if kind == "birth" else "KT") + digits(person + 1, 10),
                    "event_type": pl.repeat(kind, len(person), eager=True),
                    "personal_number": digits(people.number[person], 12),
                    "mother_number": optional_digits(mother, 12),
                    "event_date": day,
                    "registered_date": seen,
                    "updated_at": office_time(random, seen),
                    **country.areas(country.geography.ward63_province[country.ward(person, seen)], seen),
                }
            )
        )
    tables.write("population", "vital_event", numbered(frames, "event_id"), person="person")
