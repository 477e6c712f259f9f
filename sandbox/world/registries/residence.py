"""The population registry: residence as spells, closed and opened again when the 34 provinces begin."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
import polars as pl

from sandbox.world.calendar import MERGER
from sandbox.world.country import Country
from sandbox.world.output import Tables
from sandbox.world.tools import NEVER, Array, days, digits, numbered, office_time, texts, weighted

FIRST, AFTER_MOVE, TEMPORARY = range(3)


@dataclass(frozen=True)
class _Spells:
    """Stays at one place as columns, and the days on which the registry hears of their begin and end."""

    person: Array
    ward: Array
    kind: Array
    start: Array
    stop: Array
    seen: Array
    seen_stop: Array

    def at(self, rows: Array) -> _Spells:
        return _Spells(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})


def write_residence(country: Country, tables: Tables, registered: Array) -> None:
    """Write spells of residence; `registered` is the day on which the registry first knew each person."""
    random = country.random("population.residence")
    parts = [*_permanent(country, random, registered), _temporary(country, random)]
    spells = _Spells(
        **{field.name: np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(_Spells)}
    )
    size = len(spells.person)
    wrong = country.mistakes("population", "residence", _ids(spells, 1))
    late = wrong.pick("recoded_late", np.full(size, country.window.end > MERGER))
    recoded = days(MERGER, np.where(late, random.integers(20, 70, size), random.integers(0, 12, size)))
    crosses = (spells.start < MERGER) & ~(spells.stop < MERGER) & (country.window.end > MERGER)
    heard = np.maximum(recoded, spells.seen)
    before = replace(
        spells, stop=np.where(crosses, MERGER - 1, spells.stop), seen_stop=np.where(crosses, heard, spells.seen_stop)
    )
    after = replace(spells, start=np.maximum(spells.start, MERGER), seen=heard).at(np.flatnonzero(crosses))
    frames = [*_states(country, random, before, 0), *_states(country, random, after, 1)]
    tables.write("population", "residence", numbered(frames, "residence_id"), person="person")


def _permanent(country: Country, random: np.random.Generator, registered: Array) -> list[_Spells]:
    people, window, size = country.people, country.window, country.people.size
    died = people.death == people.death
    gone = np.where(died, people.death, people.emigration)
    gone_seen = np.where(died, country.death_registered, people.emigration + 30)
    begun = np.maximum(people.birth, days(window.start, -random.integers(200, 9000, size)))
    movers = np.flatnonzero((people.moved > people.birth) & ~(gone <= people.moved))
    moved_seen = days(people.moved[movers], random.integers(0, 25, len(movers)))
    stop, seen_stop = gone.copy(), gone_seen.copy()
    stop[movers], seen_stop[movers] = people.moved[movers] - 1, moved_seen
    return [
        _Spells(np.arange(size), people.ward_first, np.full(size, FIRST), begun, stop, registered, seen_stop),
        _Spells(
            movers,
            people.ward_second[movers],
            np.full(len(movers), AFTER_MOVE),
            people.moved[movers],
            gone[movers],
            moved_seen,
            gone_seen[movers],
        ),
    ]


def _temporary(country: Country, random: np.random.Generator) -> _Spells:
    """Young workers who are registered a second time where the jobs are."""
    people, window, geography = country.people, country.window, country.geography
    age = window.age_months(people.birth, 0) / 12
    stays = ~(people.death < window.end) & ~(people.emigration < window.end)
    person = np.flatnonzero((age > 18) & (age < 40) & stays & (random.random(people.size) < 0.05))
    size = len(person)
    ward = weighted(random, geography.ward63_weight * geography.formal_jobs[geography.ward63_province] ** 3, size)
    since, never = days(window.start, -random.integers(100, 1500, size)), np.full(size, NEVER)
    return _Spells(person, ward, np.full(size, TEMPORARY), since, never, since + 5, never)


def _ids(spells: _Spells, part: int) -> pl.Series:
    return "CT" + digits(spells.person + 1, 9) + digits(spells.kind * 2 + part, 1)


def _states(country: Country, random: np.random.Generator, spells: _Spells, part: int) -> list[pl.DataFrame]:
    code, urban = country.wards(spells.ward, spells.start)
    opened = pl.DataFrame(
        {
            "person": spells.person,
            "residence_id": _ids(spells, part),
            "personal_number": digits(country.people.number[spells.person], 12),
            "residence_type": texts(["permanent", "temporary"], (spells.kind == TEMPORARY).astype(np.int64)),
            **country.areas(country.geography.ward63_province[spells.ward], spells.start),
            "ward_code": code,
            "urban": urban,
            "valid_from": spells.start,
            "valid_to": np.full(len(spells.person), NEVER),
            "updated_at": office_time(random, spells.seen),
        }
    )
    ended = np.flatnonzero(spells.stop == spells.stop)
    # The end is heard of after the beginning.
    seen_stop = np.maximum(spells.seen_stop, spells.seen + 1)[ended]
    closed = opened[ended].with_columns(
        pl.Series("valid_to", spells.stop[ended]), pl.Series("updated_at", office_time(random, seen_stop))
    )
    return [opened, closed]
