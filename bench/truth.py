"""The figures of the indicators beside the ground truth of the sandbox."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from ansinh.database import Role, connect

_KEY = ("indicator", "freq", "period", "area")
_WHOLE = "area_list = '34' and sex = '_T' and age = '_T' and breakdown = '_T'"
_FIGURES = f"""
select indicator, freq, period, area, unit, value::float, lower::float, upper::float
from indicators.indicator_observation where {_WHOLE}
"""


def compare(country: Path) -> pl.DataFrame:
    """Return the national and provincial figures that are computed and true.

    Args:
        country: folder of the country, with its truth.

    Returns:
        indicator, freq, period, area (VN or a province of the 34), unit, published, truth, abs_error (percentage
        points, or the unit of the figure), inside_interval (null without an interval), half_width.
    """
    with connect(Role.CHECKER) as connection:
        cursor = connection.execute(_FIGURES)
        names = [column.name for column in cursor.description or ()]
        types = {name: pl.Float64 if name in ("value", "lower", "upper") else pl.String for name in names}
        figures = pl.DataFrame(cursor.fetchall(), schema=types, orient="row")
    truth = pl.read_parquet(country / "truth" / "indicator.parquet").filter(pl.sql_expr(_WHOLE))
    joined = figures.join(truth.select(*_KEY, pl.col("value").alias("truth")), on=_KEY)
    # Figures have four decimals, the bounds too.
    inside = (pl.col("truth") >= pl.col("lower") - 1e-4) & (pl.col("truth") <= pl.col("upper") + 1e-4)
    return (
        joined.filter(pl.col("value").is_not_null(), pl.col("truth").is_not_null())
        .with_columns(
            (pl.col("value") - pl.col("truth")).abs().round(4).alias("abs_error"),
            inside.alias("inside_interval"),
            ((pl.col("upper") - pl.col("lower")) / 2).alias("half_width"),
        )
        .rename({"value": "published"})
        .drop("lower", "upper")
        .sort(_KEY)
    )
