"""What a release is made of: the working figures, their labels and their targets, read from the database."""

from __future__ import annotations

import io
from dataclasses import dataclass

import polars as pl
import psycopg
from psycopg import sql

from ansinh.errors import AnsinhError

_OBSERVATIONS = """
    select indicator, period, area_list, area, sex, age, numerator, denominator, value, unit, denominator_concept,
        obs_status
    from indicators.indicator_observation
    where {condition}
    order by indicator, period, area_list, area <> 'VN', area, sex <> '_T', sex, age <> '_T', age
"""
_NUMBERS = {"numerator": pl.Float64, "denominator": pl.Float64, "value": pl.Float64}


@dataclass(frozen=True)
class Labels:
    """Names, targets and reference figures that explain the observations."""

    indicators: pl.DataFrame
    targets: pl.DataFrame
    areas: pl.DataFrame
    ages: pl.DataFrame
    crosswalk: pl.DataFrame
    published: pl.DataFrame
    sources: pl.DataFrame


def observations(connection: psycopg.Connection, condition: sql.Composable) -> pl.DataFrame:
    """Return working figures that meet an SQL condition, totals first.

    Raises:
        AnsinhError: the indicators have not been built.
    """
    frame = fetch(connection, sql.SQL(_OBSERVATIONS).format(condition=condition))
    return frame.with_columns(pl.col(name).cast(kind) for name, kind in _NUMBERS.items())


def labels(connection: psycopg.Connection) -> Labels:
    """Return the names of indicators, areas and age groups, the targets, and the figures published elsewhere.

    Raises:
        AnsinhError: the indicators have not been built.
    """
    return Labels(
        indicators=_table(connection, "indicator", "indicator"),
        targets=_table(connection, "indicator_target", "indicator, period, operator, value, source"),
        areas=_table(connection, "province", "area_list, area"),
        ages=_table(connection, "age_group", "age_group"),
        crosswalk=_table(connection, "province_crosswalk", "old_code"),
        published=_table(connection, "published_figures", "indicator, period"),
        sources=_table(connection, "reference_source", "dataset, source"),
    )


def fetch(connection: psycopg.Connection, query: sql.Composable) -> pl.DataFrame:
    """Return the rows of a query, read through COPY; every column is text."""
    statement = sql.SQL("copy ({}) to stdout (format csv, header)").format(query)
    try:
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            data = b"".join(copy)
    except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn) as error:
        reason = str(error).splitlines()[0]
        raise AnsinhError(f"The indicators are not built: {reason}.", "Run ./ansinh build, then publish.") from error
    return pl.read_csv(io.BytesIO(data), infer_schema=False)


def _table(connection: psycopg.Connection, name: str, order: str) -> pl.DataFrame:
    query = sql.SQL("select * from {} order by {}").format(sql.Identifier("indicators", name), sql.SQL(order))
    return fetch(connection, query)
