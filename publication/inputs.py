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
# A rate of few records would tell who they are; tenths of a per cent hide single ones.
_LINKS = """
    select period, registry, area, sex, age, round(rate, 1) as rate
    from indicators.link_quality
    where records >= 100
    order by registry <> '_T', registry, area <> 'VN', area, sex <> '_T', sex, age <> '_T', age
"""

_AREAS = """
    select area_list, area, name_vi, case when area_list = '63' then substr(area_34_key, 4) end as successor
    from bi.dim_area
    where area <> 'VN'
    order by area_list, area
"""


@dataclass(frozen=True)
class Labels:
    """Names, targets, reference figures and link rates that explain the observations; every column is text."""

    indicators: pl.DataFrame
    targets: pl.DataFrame
    breaks: pl.DataFrame
    areas: pl.DataFrame
    published: pl.DataFrame
    sources: pl.DataFrame
    links: pl.DataFrame


def observations(connection: psycopg.Connection, condition: sql.Composable) -> pl.DataFrame:
    """Return working figures that meet an SQL condition, totals first.

    Raises:
        AnsinhError: the indicators have not been built.
    """
    frame = fetch(connection, sql.SQL(_OBSERVATIONS).format(condition=condition))
    return frame.with_columns(pl.col(name).cast(kind) for name, kind in _NUMBERS.items())


def labels(connection: psycopg.Connection) -> Labels:
    """Return names of indicators and areas, targets, breaks in the series, figures published elsewhere, link rates.

    Raises:
        AnsinhError: the indicators have not been built.
    """
    return Labels(
        indicators=indicators(connection),
        targets=targets(connection),
        breaks=_table(connection, "series_break", "period, indicator"),
        areas=areas(connection),
        published=_table(connection, "published_figures", "indicator, period"),
        sources=_table(connection, "denominator_source", "dataset, source"),
        links=fetch(connection, sql.SQL(_LINKS)),
    )


def indicators(connection: psycopg.Connection) -> pl.DataFrame:
    """Return the catalogue of the indicators that are computed."""
    return _table(connection, "indicator", "indicator")


def targets(connection: psycopg.Connection) -> pl.DataFrame:
    """Return the targets, one row per indicator, year and source."""
    return _table(connection, "indicator_target", "period, operator, value, source")


def areas(connection: psycopg.Connection) -> pl.DataFrame:
    """Return the provinces of both lists; `successor` is the new province that an old one went into."""
    return fetch(connection, sql.SQL(_AREAS))


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
