"""External statistics as the statistics office would publish them for this country: population and labour force."""

from __future__ import annotations

import numpy as np
import polars as pl

from sandbox.world.country import Country
from sandbox.world.output import Tables

_SOURCE = "Synthetic country: shape of the labour force survey and population estimates"
_FOLDED = dict.fromkeys(("Y55T64", "Y65T74", "Y_GE75"), "Y_GE55")


def write_reference(country: Country, tables: Tables, counts: pl.DataFrame) -> None:
    """Write both data sets: list 34 for all months, list 63 until the merger; published at the end of each month.

    Args:
        counts: residents and labour force by period, provinces, sex and age group.
    """
    for month, name in enumerate(country.window.months):
        published = country.window.last_days[month].astype("datetime64[us]") + np.timedelta64(9, "h")
        for area_list in ["34"] if country.window.merged(month) else ["34", "63"]:
            part = counts.filter(pl.col("period") == name).select(
                pl.lit(country.window.first_days[month].item()).alias("month"),
                pl.lit(area_list).alias("area_list"),
                pl.col(f"province{area_list}").alias("province_code"),
                "sex",
                "age_group",
                "resident",
                "labour_force",
                "working_age_force",
                "unemployed",
                pl.lit(_SOURCE).alias("source"),
                pl.lit(published.item()).alias("updated_at"),
            )
            keys = ["month", "area_list", "province_code", "sex", "age_group"]
            people = part.group_by(*keys, "source", "updated_at").agg(pl.col("resident").sum().alias("population"))
            tables.write("reference", "population", people.sort(keys))
            force = (
                part.filter(~pl.col("age_group").is_in(["Y0T5", "Y6T14"]))
                .with_columns(pl.col("age_group").replace(_FOLDED))
                .group_by(*keys, "source", "updated_at")
                .agg(
                    pl.col("labour_force", "unemployed").sum(),
                    pl.col("working_age_force").sum().alias("labour_force_working_age"),
                )
            )
            tables.write(
                "reference",
                "labour_force",
                force.with_columns((pl.col("labour_force") - pl.col("unemployed")).alias("employed")).sort(keys),
            )
