"""A small made-up country whose tables add up: persons and employers drawn cell by cell, totals summed over them."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from functools import lru_cache
from itertools import product
from pathlib import Path

import numpy as np
import polars as pl

from ansinh.months import month_range
from publication.inputs import KEY, NUMBERS, ordered

SEEDS = Path(__file__).parents[2] / "dbt_project" / "seeds"
WORKING = ("Y15T24", "Y25T34", "Y35T44", "Y45T54", "Y_GE55")
ALL_AGES = ("Y0T5", "Y6T14", "Y15T24", "Y25T34", "Y35T44", "Y45T54", "Y55T64", "Y65T74", "Y_GE75")
OLD_AGES = ("Y55T64", "Y65T74", "Y_GE75")
LABOUR = "labour force of working age"
HEADLINE = ("SI_COV", "SI_COV_VOL", "UI_COV", "HI_COV", "PENS_COV")
"""Rates with the full cube area x sex x age on both province lists."""

INDICATORS = (*HEADLINE, "SI_COV_COMP", "SI_NUM", "ONETIME", "UNEMP_COV", "WKINJ_COV", "LATE_RATE", "FUND_BAL")
"""All indicators: SI_NUM has two breakdowns, ONETIME months and years, UNEMP_COV quarters, WKINJ_COV years."""

KEYS = list(KEY)
COLUMNS = [*KEY, *NUMBERS, "unit", "denominator_concept", "obs_status"]
_CELL = ["area_list", "area", "sex", "age", "breakdown", "category"]
_OWNERS = ("foreign", "private", "state")


@lru_cache(maxsize=1)
def crosswalk() -> pl.DataFrame:
    with (SEEDS / "province_crosswalk.csv").open(encoding="utf-8") as file:
        rows = [{"old_code": row["old_code"], "new_code": row["new_code"]} for row in csv.DictReader(file)]
    return pl.DataFrame(rows)


def observations(
    people: int, first: str = "2024-12", last: str = "2025-12", seed: int = 7, provinces: int = 63
) -> pl.DataFrame:
    """Return the working figures of some months, of the quarters and years that end in them, and all their margins.

    Args:
        people: persons, about.
        first: first month.
        last: last month.
        seed: another one gives another country.
        provinces: number of old provinces that the country has.
    """
    random = np.random.default_rng(seed)
    codes = crosswalk().sort("new_code", "old_code")["old_code"].head(provinces)
    weights = dict(zip(codes, random.dirichlet(np.full(provinces, 2.0)), strict=True))
    frames, events = [], []
    for month, period in enumerate(month_range(first, last)):
        growth = 0.97 + 0.004 * month
        labour = _persons(random, weights, WORKING, people * 0.48)
        size = labour["denominator"].to_numpy()
        compulsory = random.binomial(size, 0.4 * growth)
        voluntary = random.binomial(size - compulsory, 0.09)
        insured = _owned(random, labour, compulsory).with_columns(compulsory=compulsory, voluntary=voluntary)
        frames += [
            cube(_counting(labour, compulsory + voluntary), "SI_COV", period, LABOUR),
            cube(_counting(labour, voluntary), "SI_COV_VOL", period, LABOUR),
            cube(_counting(labour, random.binomial(compulsory, 0.85)), "UI_COV", period, LABOUR),
            one_at_a_time(_counting(labour, compulsory), "SI_COV_COMP", "M", period, "PT", LABOUR),
            *_insured(insured, period),
            *_late(random, weights, min(people // 40, 25_000), period),
            _funds(random, people, period),
        ]
        for name, share, ages, concept, part in (
            ("HI_COV", 0.94, ALL_AGES, "resident population", 1.0),
            ("PENS_COV", 0.52, OLD_AGES, "persons past retirement age", 0.13),
        ):
            base = _persons(random, weights, ages, people * part)
            covered = random.binomial(base["denominator"].to_numpy(), min(0.99, share * growth))
            frames.append(cube(_counting(base, covered), name, period, concept))
        events.append(_counting(labour, random.poisson(size * 0.004)).drop("denominator"))
        frames.append(one_at_a_time(events[-1], "ONETIME", "M", period, "PS", None))
        if period[5:] in ("03", "06", "09", "12"):
            jobless = _persons(random, weights, WORKING, people * 0.03)
            helped = _counting(jobless, random.binomial(jobless["denominator"].to_numpy(), 0.3))
            quarter = f"{period[:4]}-Q{int(period[5:]) // 3}"
            frames.append(one_at_a_time(helped, "UNEMP_COV", "Q", quarter, "PT", "unemployed persons"))
        if period[5:] == "12":
            injured = _counting(labour, random.binomial(compulsory, 0.9))
            frames.append(one_at_a_time(injured, "WKINJ_COV", "A", period[:4], "PT", "employed persons"))
            if len(events) >= 12:
                year = pl.concat(events[-12:]).group_by("area", "sex", "age", maintain_order=True).sum()
                frames.append(one_at_a_time(year, "ONETIME", "A", period[:4], "PS", None))
    return ordered(pl.concat(frame.select(COLUMNS) for frame in frames))


def cube(detail: pl.DataFrame, indicator: str, period: str, concept: str) -> pl.DataFrame:
    """Return all margins of a detailed table by old province, on the lists that are valid in the month."""
    lists = ("34", "63") if period <= "2025-06" else ("34",)
    parts = [_sums(detail, area_list, dims) for area_list in lists for dims in ((), ("sex",), ("age",), ("sex", "age"))]
    return figures(pl.concat(parts), indicator, "M", period, "PT", concept)


def one_at_a_time(
    detail: pl.DataFrame, indicator: str, freq: str, period: str, unit: str, concept: str | None
) -> pl.DataFrame:
    """Return area totals, and areas by sex and by age on the new list."""
    parts = [_sums(detail, "34", dims) for dims in ((), ("sex",), ("age",))]
    return figures(pl.concat(parts), indicator, freq, period, unit, concept)


def figures(sums: pl.DataFrame, indicator: str, freq: str, period: str, unit: str, concept: str | None) -> pl.DataFrame:
    """Return sums as working figures; rates of persons get an interval."""
    numbers = {name: pl.col(name) if name in sums.columns else pl.lit(None) for name in NUMBERS}
    value = numbers["numerator"] if unit != "PT" else 100 * numbers["numerator"] / numbers["denominator"]
    linked = unit == "PT" and "contributors" not in sums.columns
    lower, upper = ((value - 0.3).clip(0), value + 0.3) if linked else (pl.lit(None), pl.lit(None))
    return (
        sums.with_columns(**numbers)
        .with_columns(
            *(expression.cast(pl.Float64).round(4).alias(name) for name, expression in
              (("value", value), ("lower", lower), ("upper", upper))),
            indicator=pl.lit(indicator), freq=pl.lit(freq), period=pl.lit(period), unit=pl.lit(unit),
            denominator_concept=pl.lit(concept, dtype=pl.String),
            obs_status=pl.lit("A"),
        )
        .with_columns(pl.col(*NUMBERS).cast(pl.Float64).fill_nan(None))
        .select(COLUMNS)
    )  # fmt: skip


def _persons(
    random: np.random.Generator, weights: dict[str, float], ages: Sequence[str], people: float
) -> pl.DataFrame:
    """Draw the persons of a base by old province, sex and age."""
    cells = list(product(weights, ("M", "F"), ages))
    sizes = np.repeat(list(weights.values()), 2 * len(ages)) / (2 * len(ages)) * people
    return pl.DataFrame(cells, schema=["area", "sex", "age"], orient="row").with_columns(
        denominator=random.poisson(sizes)
    )


def _counting(base: pl.DataFrame, numerator: np.ndarray[tuple[int], np.dtype[np.int64]]) -> pl.DataFrame:
    return base.with_columns(numerator=numerator)


def _sums(
    detail: pl.DataFrame, area_list: str, dims: Sequence[str], breakdown: str = "_T", by: str | None = None
) -> pl.DataFrame:
    """Sum a detailed table by old province to the areas of a list and the country, by some of its dimensions."""
    joined = detail.join(crosswalk(), left_on="area", right_on="old_code", maintain_order="left")
    measures = [name for name in ("numerator", "denominator") if name in detail.columns]
    parts = []
    for area in (pl.col("new_code" if area_list == "34" else "area"), pl.lit("VN")):
        keyed = joined.select(
            *measures, area_list=pl.lit(area_list), area=area,
            sex=pl.col("sex") if "sex" in dims else pl.lit("_T"), age=pl.col("age") if "age" in dims else pl.lit("_T"),
            breakdown=pl.lit(breakdown), category=pl.col(by) if by else pl.lit("_T"),
        )  # fmt: skip
        parts.append(keyed.group_by(_CELL).sum())
    return pl.concat(parts)


def _owned(random: np.random.Generator, labour: pl.DataFrame, compulsory: np.ndarray) -> pl.DataFrame:
    owners = random.multinomial(compulsory, (0.3, 0.5, 0.2))
    return labour.with_columns(pl.Series(name, owners[:, place]) for place, name in enumerate(_OWNERS))


def _insured(insured: pl.DataFrame, period: str) -> list[pl.DataFrame]:
    """Return SI_NUM: persons by sex and age, by scheme, and by ownership of the employer."""
    parts = [_sums(insured.with_columns(numerator=pl.col("compulsory") + pl.col("voluntary")).drop("denominator"),
                   "34", dims) for dims in ((), ("sex",), ("age",))]  # fmt: skip
    for breakdown, categories in {
        "scheme": ("compulsory", "voluntary"), "ownership": (*_OWNERS, "_U"),
    }.items():  # fmt: skip
        long = insured.with_columns(_U="voluntary").unpivot(
            categories, index="area", variable_name="category", value_name="numerator"
        )
        parts.append(_sums(long, "34", (), breakdown, "category"))
    return [figures(pl.concat(parts), "SI_NUM", "M", period, "PS", None)]


def _late(random: np.random.Generator, weights: dict[str, float], employers: int, period: str) -> list[pl.DataFrame]:
    """Return LATE_RATE: money paid late of money due by employers, with the two largest of each cell."""
    due = random.lognormal(17, 1.5, employers).round()
    units = pl.DataFrame({
        "old_code": random.choice(list(weights), employers, p=list(weights.values())),
        "owner": random.choice(_OWNERS, employers, p=(0.1, 0.8, 0.1)),
        "denominator": due,
        "numerator": (due * random.beta(1, 30, employers) * random.binomial(1, 0.5, employers)).round(),
    }).join(crosswalk(), on="old_code", maintain_order="left")  # fmt: skip
    late = pl.col("numerator").filter(pl.col("numerator") > 0)
    parts = [
        units.group_by(
            area_list=pl.lit("34"), area=area, sex=pl.lit("_T"), age=pl.lit("_T"),
            breakdown=pl.lit(breakdown), category=category,
        ).agg(
            pl.col("numerator", "denominator").sum(), contributors=late.len(),
            largest_1=late.max(), largest_2=late.top_k(2).sort(descending=True).get(1, null_on_oob=True),
        )
        for area in (pl.col("new_code"), pl.lit("VN"))
        for breakdown, category in (("_T", pl.lit("_T")), ("ownership", pl.col("owner")))
    ]  # fmt: skip
    return [figures(pl.concat(parts), "LATE_RATE", "M", period, "PT", "contributions due")]


def _funds(random: np.random.Generator, people: int, period: str) -> pl.DataFrame:
    """Return FUND_BAL: revenue of the country by fund, money without persons behind it."""
    revenue = (random.dirichlet((60, 30, 10)) * people * 400_000).round()
    rows = [("34", "VN", "_T", "_T", "_T", "_T", revenue.sum())]
    rows += [("34", "VN", "_T", "_T", "fund", fund, amount)
             for fund, amount in zip(("si", "hi", "ui"), revenue, strict=True)]  # fmt: skip
    return figures(pl.DataFrame(rows, schema=[*_CELL, "numerator"], orient="row"), "FUND_BAL", "M", period, "VND", None)
