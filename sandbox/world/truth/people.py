"""Who is who, and who takes part in what in each month."""

from __future__ import annotations

import numpy as np
import polars as pl

from sandbox.world.country import Country
from sandbox.world.output import Tables, person_ids
from sandbox.world.tools import Array, digits, texts
from sandbox.world.truth.cells import AGE_GROUPS
from sandbox.world.truth.known import Known

UNEMPLOYED = 0.0222
"""Share of the labour force."""


def write_people(country: Country, tables: Tables) -> pl.DataFrame:
    """Write persons and participation.

    Returns:
        Residents and labour force by month, province, sex and age group, for the statistics office.
    """
    folder = tables.directory / "truth"
    _persons(country).write_parquet(folder / "person.parquet")
    participation = folder / "participation"
    participation.mkdir(exist_ok=True)
    counts = []
    for month, name in enumerate(country.window.months):
        known = Known(country, month)
        _participation(known).write_parquet(participation / f"{name}.parquet", compression_level=1)
        counts.append(_counts(known))
    return pl.concat(counts)


def unemployed(labour_force: Array) -> Array:
    """Return how many of the labour force are without work, in whole persons that add up over any cells."""
    return np.diff(np.floor(np.cumsum(labour_force.ravel()) * UNEMPLOYED), prepend=0).reshape(labour_force.shape)


def _participation(known: Known) -> pl.DataFrame:
    """Return the residents of the last day of a month with what they take part in."""
    country, geography, people = known.country, known.country.geography, known.country.people
    person = np.flatnonzero(known.present)
    province = geography.ward63_province[people.ward(known.last_day)[person]]
    return pl.DataFrame(
        {
            "person_id": person_ids(person),
            "month": texts([country.window.months[known.month]], np.zeros(len(person), dtype=np.int64)),
            "province63": texts(geography.province63, province),
            "province34": texts(geography.province34, geography.to34[province]),
            "sex": texts(["M", "F"], (~people.male[person]).astype(np.int64)),
            "age": (country.window.age_months(people.birth[person], known.month) // 12).astype(np.int16),
            "compulsory": known.compulsory[person],
            "voluntary": known.voluntary[person],
            "ui": known.unemployment_insured[person],
            "hi": known.covered[person],
            "pension_like": known.pension_like[person],
            "past_retirement_age": known.past_retirement[person],
            "labour_force": known.labour_force[person],
            "working_age_force": known.working_age_force[person],
            "evading": country.work.evading[person] >= 0,
            "armed_forces": people.armed[person],
        }
    )


def _counts(known: Known) -> pl.DataFrame:
    geography = known.country.geography
    force = known.count(known.labour_force)
    province, sex, age = (axis.ravel() for axis in np.indices(force.shape))
    measures = {
        "resident": known.count(known.present),
        "labour_force": force,
        "working_age_force": known.count(known.working_age_force),
        "unemployed": unemployed(force),
    }
    return pl.DataFrame(
        {
            "period": texts([known.country.window.months[known.month]], np.zeros(force.size, dtype=np.int64)),
            "province63": texts(geography.province63, province),
            "province34": texts(geography.province34, geography.to34[province]),
            "sex": texts(["M", "F"], sex),
            "age_group": texts(AGE_GROUPS, age),
            **{name: cube.ravel().astype(np.int64) for name, cube in measures.items()},
        }
    ).filter(pl.col("resident") > 0)


def _persons(country: Country) -> pl.DataFrame:
    people, geography = country.people, country.geography
    everyone = np.arange(people.size)
    return pl.DataFrame(
        {
            "person_id": person_ids(everyone),
            "personal_number": digits(people.number, 12),
            "si_number": digits(country.si_number, 10),
            "full_name": people.name,
            "sex": texts(["M", "F"], (~people.male).astype(np.int64)),
            "birth_date": people.birth,
            "death_date": people.death,
            "emigration_date": people.emigration,
            "ethnicity_code": digits(people.ethnicity, 2),
            "household": people.household,
            "father_id": np.where(people.father >= 0, people.father + 1, 0),
            "mother_id": np.where(people.mother >= 0, people.mother + 1, 0),
            "armed_forces": people.armed,
            "birth_province": texts(geography.province63, people.birth_province),
            "ward": texts(geography.ward63, people.ward_first),
            "moved_date": people.moved,
            "ward_after_move": texts(geography.ward63, np.where(people.moved == people.moved, people.ward_second, -1)),
        }
    ).with_columns(pl.when(pl.col(name) > 0).then(name).alias(name) for name in ("father_id", "mother_id"))
