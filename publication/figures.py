"""The figures as other programs read them: the published one where there is one, else the working one."""

from __future__ import annotations

from typing import Any

import polars as pl
import psycopg
from psycopg import sql

from ansinh.database import Role, connect
from ansinh.errors import AnsinhError
from ansinh.settings import get_settings
from publication import inputs, targets
from publication.disclosure import NATION, TOTAL, suppress
from publication.references import HEADLINE

WORKING = "working"
"""Vintage of figures that no release holds yet."""

_RELEASE_OF = """
    select release_id, vintage
    from release.release
    where exists (
        select from release.observation
        where observation.release_id = release.release_id and indicator = {indicator} and period = {period}
    )
    order by published_at desc
    limit 1
"""
_OBSERVATIONS = """
    select indicator, period, area_list, area, sex, age, numerator, denominator, value, unit, denominator_concept,
        obs_status
    from release.observation
    where release_id = {release} and indicator = {indicator} and period = {period}
"""


def indicator(
    indicator: str, period: str, area: str, sex: str | None = TOTAL, age: str | None = TOTAL, area_list: str = "34"
) -> list[dict[str, Any]]:
    """Return figures of an indicator for a month.

    The newest release that holds the month speaks; months that were never published come from the working figures
    with the vintage `working`. Disclosure control applies to both: a suppressed figure has no numbers and the
    observation status `Q`.

    Args:
        indicator: code, for example `SI_COV`.
        period: month, `YYYY-MM`.
        area: `VN` or a province code of the list.
        sex: `M`, `F`, `_T` (both), or None for all three.
        age: age group, `_T` (all ages), or None for every group.
        area_list: `34`, or `63` for months before 2025-07.

    Raises:
        AnsinhError: there is no such indicator, month, area, sex or age group; the message lists what exists.
    """
    with connect(Role.PUBLISHER) as connection:
        table, vintage = _table(connection, indicator, period)
        goals = targets.of_indicator(inputs.targets(connection), indicator)
    for column, wanted in {"area_list": area_list, "area": area, "sex": sex, "age": age}.items():
        if wanted is not None:
            table = _narrow(table, column, wanted, f"{indicator} in {period}")
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
        names = {row["indicator"]: row for row in inputs.indicators(connection).iter_rows(named=True)}
    found = []
    for code in (code for code in HEADLINE if code in names):
        figure = indicator(code, period, NATION)[0]
        goals = [goal for goal in figure["targets"] if goal["period"] == period[:4]]
        found.append({**figure, "targets": goals, "name_en": names[code]["name_en"], "name_vi": names[code]["name_vi"]})
    return found


def _table(connection: psycopg.Connection, indicator: str, period: str) -> tuple[pl.DataFrame, str]:
    """Return all figures of an indicator and month after disclosure control, and their vintage."""
    key = {"indicator": sql.Literal(indicator), "period": sql.Literal(period)}
    release = connection.execute(sql.SQL(_RELEASE_OF).format(**key)).fetchone()
    if release:
        query = sql.SQL(_OBSERVATIONS).format(release=sql.Literal(release[0]), **key)
        return inputs.fetch(connection, query), release[1]
    condition = sql.SQL("indicator = {indicator} and period = {period}").format(**key)
    working = inputs.observations(connection, condition)
    if working.is_empty():
        raise _unknown(connection, indicator, period)
    return suppress(working, inputs.areas(connection), get_settings().disclosure_threshold), WORKING


def _unknown(connection: psycopg.Connection, indicator: str, period: str) -> AnsinhError:
    known = inputs.indicators(connection)["indicator"].to_list()
    if indicator not in known:
        return AnsinhError(f"There is no indicator {indicator}.", f"Choose one of {', '.join(known)}.")
    query = "select distinct period from indicators.indicator_observation where indicator = {} order by 1"
    months = inputs.fetch(connection, sql.SQL(query).format(sql.Literal(indicator)))["period"].to_list()
    exists = f"It exists for {_listed(months)}." if months else "Run ./ansinh build."
    return AnsinhError(f"There is no {indicator} for {period}.", exists)


def _narrow(table: pl.DataFrame, column: str, wanted: str, subject: str) -> pl.DataFrame:
    found = table.filter(pl.col(column) == wanted)
    if found.is_empty():
        name = column.replace("_", " ")
        raise AnsinhError(
            f"There is no {name} {wanted} for {subject}.", f"Choose one of {_listed(sorted(set(table[column])))}."
        )
    return found


def _listed(values: list[str]) -> str:
    return ", ".join(values)


def _whole(number: float | None) -> float | int | None:
    return int(number) if number is not None and number == int(number) else number
