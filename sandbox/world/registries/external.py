"""External inputs that no registry gives: minimum living standard, monthly social support, health facilities."""

from __future__ import annotations

import numpy as np
import polars as pl

from sandbox.world.benefits import SOCIAL, SUPPORT
from sandbox.world.country import Country
from sandbox.world.output import Tables
from sandbox.world.registries.facilities import facilities_of
from sandbox.world.tools import Array, texts
from sandbox.world.truth.cells import AGE_BOUNDS, AGE_GROUPS

_LIVING = "Synthetic: no published minimum living standard was found; amounts follow the ratios of the minimum wage"
_SUPPORT = "Synthetic social assistance register"
_FACILITIES = "Synthetic register of health facilities"
# VND a person and month in 2024 by region, and the rise of a year.
_STANDARD = {"_T": 2_450_000, "I": 2_900_000, "II": 2_580_000, "III": 2_260_000, "IV": 2_020_000}
_RISE = 1.06


def write_external(country: Country, tables: Tables) -> None:
    """Write the three data sets."""
    _living_standard(country, tables)
    for month in range(country.window.size):
        _social_support(country, tables, month)
        _facilities(country, tables, month)


def _published(country: Country, month: int) -> object:
    return (country.window.last_days[month].astype("datetime64[us]") + np.timedelta64(9, "h")).item()


def _living_standard(country: Country, tables: Tables) -> None:
    """One figure a year, published in the middle of December."""
    for year in range(country.window.year(0) - 1, country.window.year(country.window.size - 1) + 1):
        amounts = [round(amount * _RISE ** (year - 2024), -4) for amount in _STANDARD.values()]
        tables.write(
            "reference",
            "living_standard",
            pl.DataFrame({"region": list(_STANDARD), "amount": amounts}).with_columns(
                pl.lit(year).alias("year"),
                pl.lit(_LIVING).alias("source"),
                pl.datetime(year, 12, 15, 9).alias("updated_at"),
            ),
        )


def _social_support(country: Country, tables: Tables, month: int) -> None:
    """Persons with social support, or the social pension that took its place for the old, on the month's last day."""
    benefits, window, people = country.benefits, country.window, country.people
    last = window.last_days[month]
    held = np.isin(benefits.kind, [SOCIAL, SUPPORT]) & benefits.active(window, month) & ~(benefits.end < last)
    held &= people.present(window, month)[benefits.person]
    person, row = np.unique(benefits.person[held], return_index=True)
    kind = benefits.kind[held][row]
    age = window.age_months(people.birth[person], month) // 12
    # Support is for people from 80, or for those with disabilities of any age below 75 when it was granted.
    older = (kind == SOCIAL) | (age >= 80)
    frame = pl.DataFrame(
        {
            **_areas(country, person, last),
            "support_group": texts(["disabled", "older"], older.astype(np.int64)),
            "sex": texts(["M", "F"], (~people.male[person]).astype(np.int64)),
            "age_group": texts(AGE_GROUPS, np.searchsorted(AGE_BOUNDS, age, side="right")),
        }
    )
    tables.write(
        "reference",
        "social_support",
        frame.group_by(frame.columns)
        .agg(pl.len().alias("persons"))
        .sort(frame.columns)
        .with_columns(
            pl.lit(window.first_days[month].item()).alias("month"),
            pl.lit(_SUPPORT).alias("source"),
            pl.lit(_published(country, month)).alias("updated_at"),
        ),
    )


def _areas(country: Country, person: Array, day: np.datetime64) -> dict[str, pl.Series]:
    on = np.full(len(person), day)
    return country.areas(country.geography.ward63_province[country.ward(person, on)], on)


def _facilities(country: Country, tables: Tables, month: int) -> None:
    """The first facility of a province is specialised, the next quarter of basic level, the others initial; where a
    province has only one, provinces take turns."""
    facilities = facilities_of(country)
    place = np.arange(len(facilities.code)) - facilities.start[facilities.province]
    count = facilities.count[facilities.province]
    level = np.where(place == 0, 2, (place <= count // 4).astype(np.int64))
    level = np.where(count == 1, facilities.province % 3, level)
    tables.write(
        "reference",
        "facility",
        pl.DataFrame(
            {
                "facility_code": facilities.code,
                "facility_level": texts(["initial", "basic", "specialised"], level),
            }
        ).with_columns(pl.lit(_FACILITIES).alias("source"), pl.lit(_published(country, month)).alias("updated_at")),
    )
