"""A small made-up country whose tables add up: persons drawn cell by cell, totals summed over them."""

from __future__ import annotations

import csv
from functools import lru_cache
from itertools import product
from pathlib import Path

import numpy as np
import polars as pl

from ansinh.database import Role, connect
from ansinh.months import month_range

SEEDS = Path(__file__).parents[2] / "dbt_project" / "seeds"
WORKING = ("Y15T24", "Y25T34", "Y35T44", "Y45T54", "Y_GE55")
ALL_AGES = ("Y0T5", "Y6T14", "Y15T24", "Y25T34", "Y35T44", "Y45T54", "Y55T64", "Y65T74", "Y_GE75")
OLD_AGES = ("Y55T64", "Y65T74", "Y_GE75")
INDICATORS = {
    "SI_COV": (0.44, WORKING, "labour force of working age", 0.48),
    "SI_COV_VOL": (0.055, WORKING, "labour force of working age", 0.48),
    "UI_COV": (0.345, WORKING, "labour force of working age", 0.48),
    "HI_COV": (0.94, ALL_AGES, "resident population", 1.0),
    "PENS_COV": (0.52, OLD_AGES, "persons past retirement age", 0.13),
}
SOURCE = "Sandbox: synthetic country"
KEYS = ["indicator", "period", "area_list", "area", "sex", "age"]


@lru_cache(maxsize=1)
def crosswalk() -> pl.DataFrame:
    with (SEEDS / "province_crosswalk.csv").open(encoding="utf-8") as file:
        rows = [{"old_code": row["old_code"], "new_code": row["new_code"]} for row in csv.DictReader(file)]
    return pl.DataFrame(rows)


def observations(people: int, first: str = "2024-12", last: str = "2025-12", seed: int = 7) -> pl.DataFrame:
    """Return full cubes for five indicators, both province lists up to 2025-06, the new list after."""
    random = np.random.default_rng(seed)
    old = crosswalk()["old_code"].to_list()
    weights = random.dirichlet(np.full(len(old), 2.0))
    frames = []
    for name, (share, ages, concept, part) in INDICATORS.items():
        cells = list(product(old, ("M", "F"), ages))
        sizes = np.repeat(weights, 2 * len(ages)) / (2 * len(ages)) * people * part
        for month, period in enumerate(month_range(first, last)):
            denominator = random.poisson(sizes)
            numerator = random.binomial(denominator, min(0.99, share * (0.97 + 0.004 * month)))
            detail = pl.DataFrame(cells, schema=["area", "sex", "age"], orient="row").with_columns(
                numerator=numerator.astype(float), denominator=denominator.astype(float)
            )
            frames.append(cube(detail, name, period, concept))
    return pl.concat(frames).sort(KEYS)


def cube(detail: pl.DataFrame, indicator: str, period: str, concept: str) -> pl.DataFrame:
    """Return all margins of a detailed table by old province, on the lists that are valid in the month."""
    joined = detail.join(crosswalk(), left_on="area", right_on="old_code")
    lists = {"34": "new_code"} | ({"63": "area"} if period <= "2025-06" else {})
    parts = []
    for area_list, column in lists.items():
        for area, sex, age in product(
            (pl.col(column), pl.lit("VN")), *((pl.col(name), pl.lit("_T")) for name in ("sex", "age"))
        ):
            keys = joined.select(
                area=area, sex=sex, age=age, numerator="numerator", denominator="denominator"
            ).with_columns(area_list=pl.lit(area_list))
            parts.append(keys.group_by("area_list", "area", "sex", "age").sum())
    return pl.concat(parts).select(
        indicator=pl.lit(indicator), period=pl.lit(period), area_list="area_list", area="area", sex="sex", age="age",
        numerator="numerator", denominator="denominator",
        value=pl.when(pl.col("denominator") > 0).then((pl.col("numerator") / pl.col("denominator") * 100).round(4)),
        unit=pl.lit("PT"), denominator_concept=pl.lit(concept), obs_status=pl.lit("A"),
    )  # fmt: skip


def load(figures: pl.DataFrame) -> None:
    """Put figures and their labels into the schema `indicators`, as the transformation leaves them there."""
    tables = {
        "indicators.indicator_observation": figures,
        "indicators.indicator": _indicators(),
        "indicators.indicator_target": _seed("indicator_targets").rename({"indicator_id": "indicator"}),
        "indicators.published_figures": _seed("published_figures"),
        "indicators.series_break": _seed("series_break"),
        "indicators.denominator_source": pl.DataFrame({"dataset": ["labour_force"], "source": [SOURCE]}),
        "indicators.link_quality": _links(),
        "bi.dim_area": _dim_area(),
    }
    with connect(Role.TRANSFORMER) as connection:
        for name, frame in tables.items():
            columns = ", ".join(
                f"{column} {'numeric' if kind == pl.Float64 else 'text'}" for column, kind in frame.schema.items()
            )
            connection.execute(f"drop table if exists {name}")
            connection.execute(f"create table {name} ({columns})")
            with connection.cursor().copy(f"copy {name} from stdin (format csv)") as copy:
                copy.write(frame.write_csv(include_header=False))


def _seed(name: str) -> pl.DataFrame:
    return pl.read_csv(SEEDS / f"{name}.csv", infer_schema=False)


def _links() -> pl.DataFrame:
    """Link rates of two registries, and one of too few records to be published."""
    rows = [("_T", "VN", 1000.0, 99.4321), ("tax", "VN", 700.0, 98.7654), ("tax", "24", 99.0, 50.0)]
    return pl.DataFrame(rows, schema=["registry", "area", "records", "rate"], orient="row").with_columns(
        period=pl.lit("2025-07"), sex=pl.lit("_T"), age=pl.lit("_T")
    )


def _dim_area() -> pl.DataFrame:
    """Provinces as `bi.dim_area` shows them, with the country in both lists."""
    provinces = _seed("province").unique(["area_list", "area"], keep="last", maintain_order=True)
    known = provinces.join(crosswalk(), left_on="area", right_on="old_code", how="left").select(
        "area_list", "area", "name_en", "name_vi",
        area_34_key=pl.format("34-{}", pl.when(area_list="63").then("new_code").otherwise("area")),
    )  # fmt: skip
    country = pl.DataFrame(
        [(number, "VN", "Viet Nam", "Việt Nam", "34-VN") for number in ("34", "63")], schema=known.schema, orient="row"
    )
    return pl.concat([known, country])


def areas() -> pl.DataFrame:
    """Provinces as the publication reads them."""
    return (
        _dim_area()
        .filter(pl.col("area") != "VN")
        .with_columns(successor=pl.when(area_list="63").then(pl.col("area_34_key").str.slice(3)))
    )


def _indicators() -> pl.DataFrame:
    catalogue = _seed("indicator_catalogue").filter(pl.col("indicator_id").is_in(list(INDICATORS)))
    return catalogue.select(
        indicator="indicator_id", name_en="name_en", name_vi="name_vi", unit=pl.lit("PT"),
        numerator_en="numerator", denominator_en="denominator",
        denominator_concept=pl.col("indicator_id").replace_strict({code: row[2] for code, row in INDICATORS.items()}),
    )  # fmt: skip
