"""The figures as other programs read them: the published one where there is one, else the working one."""

from __future__ import annotations

from typing import Any

import polars as pl
import psycopg
from psycopg import sql

from ansinh.database import Role, connect
from ansinh.errors import AnsinhError
from publication import basis, inputs, targets
from publication.disclosure import NATION, TOTAL, suppress

WORKING = "working"
"""Vintage of figures that no release holds yet."""

_RELEASE_OF = """
    select release_id, vintage
    from release.state
    where state = 'published' and exists (
        select from release.observation
        where observation.release_id = state.release_id and indicator = {indicator} and period = {period}
    )
    order by published_at desc
    limit 1
"""
# A release that waits, was refused or was withdrawn: its figures must not be seen by another way either.
_UNSEEN = """
    select release_id, state
    from release.state
    where exists (
        select from release.observation
        where observation.release_id = state.release_id and indicator = {indicator} and period = {period}
    )
    order by prepared_at desc
    limit 1
"""
_OBSERVATIONS = """
    select indicator, period, area_list, area, sex, age, breakdown, category, numerator, denominator, value, lower,
        upper, unit, denominator_concept, obs_status, conf_status
    from release.observation
    where release_id = {release} and indicator = {indicator} and period = {period}
"""


def indicator(
    indicator: str, period: str, area: str, sex: str | None = TOTAL, age: str | None = TOTAL, area_list: str = "34"
) -> list[dict[str, Any]]:
    """Return figures of an indicator for a month, quarter or year.

    The newest published release that holds the period speaks; periods that no release holds come from the working
    figures with the vintage `working`. Disclosure control applies to both: a suppressed figure has no numbers and the
    observation status `Q`.

    Args:
        indicator: code, for example `SI_COV`.
        period: `YYYY-MM`, `YYYY-Qn` or `YYYY`.
        area: `VN` or a province code of the list.
        sex: `M`, `F`, `_T` (both), or None for all three.
        age: age group, `_T` (all ages), or None for every group.
        area_list: `34`, or `63` for months before 2025-07.

    Raises:
        AnsinhError: there is no such indicator, period, area, sex or age group (the message lists what exists), or
            the only release that holds it is not published.
    """
    with connect(Role.PUBLISHER) as connection:
        table, vintage = disclosed(connection, indicator, period)
        goals = targets.of_indicator(inputs.targets(connection), indicator)
    return narrowed(table, vintage, goals, area_list=area_list, area=area, sex=sex, age=age)


def narrowed(
    table: pl.DataFrame, vintage: str, goals: list[targets.Target], **wanted: str | None
) -> list[dict[str, Any]]:
    """Return the figures of a table of `disclosed` that stand where `wanted` says, in the shape of `indicator`.

    Args:
        table: one indicator and period.
        vintage: theirs.
        goals: the targets of the indicator.
        wanted: area_list, area, sex, age; None is every one.

    Raises:
        AnsinhError: there is none.
    """
    table = table.filter(pl.col("breakdown") == TOTAL)
    for column, value in wanted.items():
        if value is not None:
            table = _narrow(table, column, value)
    numbers = {name: pl.col(name).cast(pl.Float64) for name in ("numerator", "denominator", "value")}
    return [
        {
            **{name: row[name] for name in ("indicator", "period", "area", "area_list", "sex", "age")},
            "numerator": _whole(row["numerator"]),
            "denominator": _whole(row["denominator"]),
            **{name: row[name] for name in ("value", "unit", "denominator_concept")},
            "vintage": vintage,
            "obs_status": row["obs_status"],
            "targets": [goal.as_json() for goal in goals],
        }
        for row in table.with_columns(**numbers).sort("sex", "age").iter_rows(named=True)
    ]


def headline(period: str) -> list[dict[str, Any]]:
    """Return the national headline figures of a month with their names, in the order of the publication.

    Each is the JSON of `indicator` with `name_en`, `name_vi`, and `targets` of the month's year only.

    Raises:
        AnsinhError: there are no figures for the month.
    """
    with connect(Role.PUBLISHER) as connection:
        known = [row for row in inputs.indicators(connection).iter_rows(named=True) if row["headline"]]
    found = []
    for row in sorted(known, key=lambda row: int(row["headline"])):
        figure = indicator(row["indicator"], period, NATION)[0]
        goals = [goal for goal in figure["targets"] if goal["period"] == period[:4]]
        found.append({**figure, "targets": goals, "name_en": row["name_en"], "name_vi": row["name_vi"]})
    return found


def disclosed(connection: psycopg.Connection, indicator: str, period: str) -> tuple[pl.DataFrame, str]:
    """Return all figures of an indicator and month after disclosure control, and their vintage."""
    key = {"indicator": sql.Literal(indicator), "period": sql.Literal(period)}
    release = connection.execute(sql.SQL(_RELEASE_OF).format(**key)).fetchone()
    if release:
        query = sql.SQL(_OBSERVATIONS).format(release=sql.Literal(release[0]), **key)
        return inputs.fetch(connection, query), release[1]
    # All indicators of the period together: what one of them hides another may tell.
    working = inputs.observations(connection, sql.SQL("period = {period}").format(**key))
    if working.filter(indicator=indicator).is_empty():
        raise _unknown(connection, indicator, period)
    if unseen := connection.execute(sql.SQL(_UNSEEN).format(**key)).fetchone():
        raise AnsinhError(
            f"{indicator} for {period} is not published: {unseen[0]} is {unseen[1]}.",
            f"See ./ansinh release show {unseen[0]}.",
        )
    hidden = suppress(working, inputs.areas(connection), basis.rules(basis.settings()))
    return hidden.filter(indicator=indicator), WORKING


def _unknown(connection: psycopg.Connection, indicator: str, period: str) -> AnsinhError:
    known = inputs.indicators(connection)["indicator"].to_list()
    if indicator not in known:
        return AnsinhError(f"There is no indicator {indicator}.", f"Choose one of {', '.join(known)}.")
    query = "select distinct period from indicators.indicator_observation where indicator = {} order by 1"
    months = inputs.fetch(connection, sql.SQL(query).format(sql.Literal(indicator)))["period"].to_list()
    exists = f"It exists for {_listed(months)}." if months else "Run ./ansinh build."
    return AnsinhError(f"There is no {indicator} for {period}.", exists)


def _narrow(table: pl.DataFrame, column: str, wanted: str) -> pl.DataFrame:
    found = table.filter(pl.col(column) == wanted)
    if found.is_empty():
        name, subject = column.replace("_", " "), " in ".join(table.select("indicator", "period").row(0))
        raise AnsinhError(
            f"There is no {name} {wanted} for {subject}.", f"Choose one of {_listed(sorted(set(table[column])))}."
        )
    return found


def _listed(values: list[str]) -> str:
    return ", ".join(values)


def _whole(number: float | None) -> float | int | None:
    return int(number) if number is not None and number == int(number) else number
