"""Ground truth: who is who, who takes part in what in each month, and the indicators of a perfect registry."""

from __future__ import annotations

from itertools import product

import numpy as np
import polars as pl

from sandbox.world.benefits import PENSION_LIKE, receivers
from sandbox.world.country import Country
from sandbox.world.health_cover import NONE
from sandbox.world.output import Tables, person_ids
from sandbox.world.tools import digits, texts

AGE_BOUNDS = [6, 15, 25, 35, 45, 55, 65, 75]
AGE_GROUPS = ["Y0T5", "Y6T14", "Y15T24", "Y25T34", "Y35T44", "Y45T54", "Y55T64", "Y65T74", "Y_GE75"]
_LABOUR_AGES = dict.fromkeys(("Y55T64", "Y65T74", "Y_GE75"), "Y_GE55")
# Indicator: numerator and denominator columns of the month's persons, and how age groups are folded.
INDICATORS = {
    "SI_COV": ("insured", "working_age_force"),
    "SI_COV_VOL": ("only_voluntary", "working_age_force"),
    "UI_COV": ("ui", "working_age_force"),
    "HI_COV": ("hi", "resident"),
    "PENS_COV": ("past_with_pension", "past_retirement_age"),
    "LINK_RATE": ("participant", "participant"),  # with perfect links every participant is in the population register
}


def month_frame(country: Country, month: int, pension_like: np.ndarray) -> pl.DataFrame:
    """Return the residents of the last day of a month with what they take part in."""
    people, window, work = country.people, country.window, country.work
    person = np.flatnonzero(people.present(window, month))
    last = np.full(len(person), window.last_days[month])
    province = country.geography.ward63_province[country.ward(person, last)]
    age = window.age_months(people.birth[person], month) // 12
    past = window.past_retirement(people.birth[person], people.male[person], month)
    compulsory, voluntary = work.employer[person, month] >= 0, work.voluntary[person, month]
    force = work.labour_force[person, month]
    return pl.DataFrame(
        {
            "person": person,
            "province63": texts(country.geography.province63, province),
            "province34": texts(country.geography.province34, country.geography.to34[province]),
            "sex": texts(["M", "F"], (~people.male[person]).astype(np.int64)),
            "age": age.astype(np.int16),
            "age_group": texts(AGE_GROUPS, np.searchsorted(AGE_BOUNDS, age, side="right")),
            "compulsory": compulsory,
            "voluntary": voluntary,
            "ui": work.unemployment[person, month],
            "hi": country.cover[person, month] != NONE,
            "pension_like": pension_like[person, month],
            "past_retirement_age": past,
            "labour_force": force,
            "working_age_force": force & work.working_age[person, month],
            "evading": work.evading[person] >= 0,
            "armed_forces": people.armed[person],
        }
    ).with_columns(
        (pl.col("compulsory") | pl.col("voluntary")).alias("insured"),
        (pl.col("voluntary") & ~pl.col("compulsory")).alias("only_voluntary"),
        (pl.col("past_retirement_age") & pl.col("pension_like")).alias("past_with_pension"),
        (pl.any_horizontal("compulsory", "voluntary", "hi", "pension_like") & ~pl.col("armed_forces")).alias(
            "participant"
        ),
        pl.lit(True).alias("resident"),
    )


def write_truth(country: Country, tables: Tables) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Write persons, participation and indicators.

    Returns:
        The indicators, and the residents and labour force by month, area, sex and age group for the statistics office.
    """
    folder = tables.directory / "truth"
    _persons(country).write_parquet(folder / "person.parquet")
    pension_like = receivers(country.benefits, PENSION_LIKE, country.window, country.people.size)
    parts, counts = [], []
    participation = folder / "participation"
    participation.mkdir(exist_ok=True)
    for month, name in enumerate(country.window.months):
        frame = month_frame(country, month, pension_like)
        frame.select(
            (pl.col("person").cast(pl.Int64) + 1).alias("person_id"),
            pl.lit(name).alias("month"),
            pl.exclude(
                "person", "age_group", "insured", "only_voluntary", "past_with_pension", "resident", "participant"
            ),
        ).write_parquet(participation / f"{name}.parquet", compression_level=1)
        count = (
            frame.group_by("province63", "province34", "sex", "age_group")
            .agg(
                pl.col(
                    "insured",
                    "only_voluntary",
                    "ui",
                    "hi",
                    "past_with_pension",
                    "past_retirement_age",
                    "participant",
                    "resident",
                    "labour_force",
                    "working_age_force",
                )
                .sum()
                .cast(pl.Int64)
            )
            .sort("province63", "sex", "age_group")
            .with_columns(pl.lit(name).alias("period"))
        )
        counts.append(count)
        lists = ["34"] if country.window.merged(month) else ["34", "63"]
        parts += [_cube(count, indicator, area_list) for indicator, area_list in product(INDICATORS, lists)]
    indicators = pl.concat(parts)
    indicators.write_parquet(folder / "indicator.parquet")
    return indicators, pl.concat(counts)


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


def _cube(count: pl.DataFrame, indicator: str, area_list: str) -> pl.DataFrame:
    numerator, denominator = INDICATORS[indicator]
    fold = _LABOUR_AGES if denominator == "working_age_force" else {}
    base = count.select(
        pl.col("period"),
        pl.col(f"province{area_list}").alias("area"),
        "sex",
        pl.col("age_group").replace(fold).alias("age"),
        pl.col(numerator).alias("numerator"),
        pl.col(denominator).alias("denominator"),
    ).filter((pl.col("denominator") > 0) | (pl.col("numerator") > 0))
    totals = {"area": "VN", "sex": "_T", "age": "_T"}
    frames = []
    for folded in product([False, True], repeat=3):
        levels = [
            pl.lit(total).alias(name) if whole else pl.col(name)
            for (name, total), whole in zip(totals.items(), folded, strict=True)
        ]
        frames.append(
            base.select("period", *levels, "numerator", "denominator")
            .group_by("period", *totals)
            .agg(pl.col("numerator", "denominator").sum())
        )
    return (
        pl.concat(frames)
        .sort("period", *totals)
        .select(
            pl.lit(indicator).alias("indicator"),
            "period",
            pl.lit(area_list).alias("area_list"),
            *totals,
            "numerator",
            "denominator",
            pl.when(pl.col("denominator") > 0)
            .then((pl.col("numerator") / pl.col("denominator") * 100).round(4))
            .alias("value"),
        )
    )
