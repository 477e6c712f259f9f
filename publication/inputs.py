"""What a release is made of: the working figures, their labels and their targets, read from the database."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace

import polars as pl
import psycopg
from psycopg import sql

from ansinh.errors import AnsinhError

KEY = ("indicator", "freq", "period", "area_list", "area", "sex", "age", "breakdown", "category")
"""Columns that name a figure."""

NUMBERS = (
    "numerator", "denominator", "value", "lower", "upper", "contributors", "largest_1", "largest_2",
)  # fmt: skip
"""Columns of numbers; the last three serve disclosure control and are never published."""

_COLUMNS = (*KEY, *NUMBERS, "unit", "denominator_concept", "obs_status")
_OBSERVATIONS = "select {columns} from indicators.indicator_observation where {condition}"
# A rate of few records would tell who they are; tenths of a per cent hide single ones.
_LINKS = """
    select period, registry, area, sex, age, round(rate, 1) as rate
    from indicators.link_quality
    where records >= 100
    order by registry <> '_T', registry, area <> 'VN', area, sex <> '_T', sex, age <> '_T', age
"""

_AREAS = """
    select area_list, area, name_en, name_vi, case when area_list = '63' then substr(area_34_key, 4) end as successor
    from bi.dim_area
    where area <> 'VN'
    order by area_list, area
"""


@dataclass(frozen=True)
class Labels:
    """Names, targets, progress, reference figures and link rates that explain the observations; every column is text.

    `categories` names the codes of the breakdowns (breakdown, category, name_en, name_vi, position).
    """

    indicators: pl.DataFrame
    categories: pl.DataFrame
    targets: pl.DataFrame
    progress: pl.DataFrame
    breaks: pl.DataFrame
    areas: pl.DataFrame
    reconciliation: pl.DataFrame
    sources: pl.DataFrame
    links: pl.DataFrame


def observations(connection: psycopg.Connection, condition: sql.Composable) -> pl.DataFrame:
    """Return working figures that meet an SQL condition, totals first: text, and the columns `NUMBERS` as Float64.

    Raises:
        AnsinhError: the indicators have not been built.
    """
    columns = sql.SQL(", ").join(map(sql.Identifier, _COLUMNS))
    frame = fetch(connection, sql.SQL(_OBSERVATIONS).format(columns=columns, condition=condition))
    return ordered(frame.with_columns(pl.col(name).cast(pl.Float64) for name in NUMBERS))


def ordered(figures: pl.DataFrame) -> pl.DataFrame:
    """Return figures in the order of publication: by key, each total before its parts, on every server the same."""
    totals = {"area": "VN", "sex": "_T", "age": "_T", "breakdown": "_T", "category": "_T"}
    return figures.sort(
        *(order for name in KEY for order in ((pl.col(name) != totals[name], name) if name in totals else (name,)))
    )


def labels(connection: psycopg.Connection) -> Labels:
    """Return names, targets and progress, breaks in the series, figures published elsewhere, link rates.

    Raises:
        AnsinhError: the indicators have not been built.
    """
    return Labels(
        indicators=indicators(connection),
        categories=_table(connection, "indicator_category", "breakdown, position, category"),
        targets=targets(connection),
        progress=_table(connection, "indicator_progress", "indicator, period, area <> 'VN', area, target_period"),
        breaks=_table(connection, "series_break", "period, indicator"),
        areas=areas(connection),
        reconciliation=reconciliation(connection),
        sources=_table(connection, "denominator_source", "dataset, source"),
        links=fetch(connection, sql.SQL(_LINKS)),
    )


def disclosed(labels: Labels, figures: pl.DataFrame) -> Labels:
    """Return labels that say nothing of figures that are hidden, or that the release does not hold.

    Progress and reconciliation are computed from the working figures. Their numbers go where the figure they stand for
    is hidden; the observed pace also where an earlier figure of the series is, which it would give away.

    Args:
        labels: as read.
        figures: published rows, with `conf_status`.
    """
    totals = figures.filter(sex="_T", age="_T")
    cell = ["indicator", "area_list", "area"]
    free = pl.col("conf_status") == "F"
    held = totals.filter(breakdown="_T").select(*cell, "period", shown=free, always=free.all().over(cell))
    progress = labels.progress.join(held, on=[*cell, "period"], how="inner", maintain_order="left")
    series = ["indicator", "breakdown", "category"]
    national = totals.filter(area_list="34", area="VN").group_by(series).agg(shown=free.all(), periods="period")
    reconciliation = labels.reconciliation.join(national, on=series, how="inner", maintain_order="left").filter(
        pl.any_horizontal(
            month.is_in("periods")
            for month in (pl.col("period"), pl.col("period") + "-12", pl.col("period").str.tail(7))
        )
    )
    return replace(
        labels,
        progress=progress.with_columns(
            *(pl.when("shown").then(name).alias(name) for name in ("value", "distance", "required_pace")),
            observed_pace=pl.when("always").then("observed_pace"),
            status=pl.when("shown").then("status").otherwise(pl.lit("no_data")),
        ).select(labels.progress.columns),
        reconciliation=reconciliation.with_columns(
            pl.when("shown").then(name).alias(name) for name in ("computed", "difference")
        ).select(labels.reconciliation.columns),
    )


def indicators(connection: psycopg.Connection) -> pl.DataFrame:
    """Return the catalogue of the indicators."""
    return _table(connection, "indicator", "indicator")


def targets(connection: psycopg.Connection) -> pl.DataFrame:
    """Return the targets, one row per indicator, year and source."""
    return _table(connection, "indicator_target", "period, operator, value, source")


def reconciliation(connection: psycopg.Connection) -> pl.DataFrame:
    """Return national figures beside those published elsewhere, as computed: also what disclosure control hides."""
    return _table(connection, "reconciliation", "indicator, period, area, published_as, published")


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
