"""Why a figure is what it is: models, deliveries, exclusions, links, gates, releases, the published figure beside it.

`facts` is what a release says of each indicator; it holds nothing that another build of the same deliveries would not
find again. `figure` is about one figure and adds what only this installation knows. Neither says a number that
disclosure control hides: counts are of delivered rows, and shares are of the whole country in tenths of a per cent.
"""

from __future__ import annotations

from typing import Any

import polars as pl
import psycopg
from psycopg.rows import dict_row

from ansinh.database import Role, connect
from publication import figures, inputs, lineage, periods, targets
from publication.disclosure import NATION, TOTAL
from publication.periods import Period

_BATCHES = """
    select registry, dataset, min(period) as first, max(period) as last, count(*) as batches,
        sum(rows_received)::bigint as rows_received, sum(rows_accepted)::bigint as rows_accepted,
        sum(rows_quarantined)::bigint as rows_held
    from ingest.batch
    where state = 'loaded' and period <= %s
    group by registry, dataset
"""
_NEWEST_BATCHES = """
    select batch_id, registry, dataset, period, revision, rows_received, rows_accepted, rows_quarantined as rows_held,
        landed_at
    from ingest.batch
    where state = 'loaded' and period = %s
    order by batch_id
"""
_UNKNOWN = """
    select indicator, freq,
        sum(numerator) filter (where area = 'VN' and sex = '_T' and age = '_T') as whole,
        sum(numerator) filter (where area <> 'VN' and sex = '_T' and age = '_T') as area,
        sum(numerator) filter (where area = 'VN' and sex <> '_T' and age = '_T') as sex,
        sum(numerator) filter (where area = 'VN' and sex = '_T' and age <> '_T') as age
    from indicators.indicator_observation
    where area_list = '34' and breakdown = '_T' and period = any(%s)
    group by indicator, freq
    order by case freq when %s then 0 when 'M' then 1 when 'Q' then 2 else 3 end desc
"""
# As in the published tables: a rate of few records would tell who they are.
_LINKS = """
    select period, registry, round(rate, 1)::float as rate
    from indicators.link_quality
    where period = (select max(period) from indicators.link_quality) and area = %s and sex = '_T' and age = '_T'
        and records >= 100
    order by registry <> '_T', registry
"""
_HELD = """
    select registry, dataset, rule, sum(rows)::bigint as rows
    from quality.held
    where period <= %s
    group by registry, dataset, rule
    order by registry, dataset, rule
"""
_GATES = """
    select distinct on (stage, suite) stage, suite, success, critical_failed, warning_failed, checked_at
    from quality.gate_result
    order by stage, suite, gate_id desc
"""
_RELEASES = """
    select state.release_id, state.vintage, state.state, state.published_at, observation.conf_status
    from release.state
    inner join release.observation on state.release_id = observation.release_id
    where indicator = %(indicator)s and observation.period = %(period)s and area_list = '34' and area = %(area)s
        and sex = '_T' and age = '_T' and breakdown = '_T' and state.state in ('published', 'withdrawn')
    order by state.published_at
"""
_COMPARED = (
    "published_as", "published", "published_unit", "computed", "scale", "difference", "base_as_worded", "bridge_en",
    "bridge_vi", "source_title", "source_url",
)  # fmt: skip
_STAGES = ("landing", "staging", "warehouse", "indicators")


def facts(connection: psycopg.Connection, indicators: list[str], period: str) -> dict[str, Any]:
    """Return why the figures of a release are what they are, by indicator; it is its `explain.json`.

    Args:
        connection: as the publisher.
        indicators: their ids.
        period: last period of the release.

    Returns:
        By indicator: `models` (name, layer, description), from the figure back to staging; `data_sets` (registry,
        dataset, use: `figures` counted from, or `persons` who they are, first and last month, batches, rows received,
        accepted and held); `unknown`, per cent of the country's numerator without known area, sex or age, null where
        the indicator is not told apart by it; `linkage` (period, registry, rate), per cent of its records that lead
        into the population register in the newest month, `_T` all registries, empty where nothing is linked.
    """
    span = periods.parse(period)
    month = f"{span.last_month:%Y-%m}"
    manifest = lineage.manifest()
    batches = {(row["registry"], row["dataset"]): row for row in _rows(connection, _BATCHES, [month])}
    unknown = _unknown(connection, span)
    links = _rows(connection, _LINKS, ["VN"])
    found = {}
    for indicator in indicators:
        made = lineage.of_indicator(manifest, indicator)
        uses = [(one, "figures") for one in made.figures] + [(one, "persons") for one in made.persons]
        found[indicator] = {
            "models": made.models,
            "data_sets": [{"use": use, **batches[one]} for one, use in uses if one in batches],
            "unknown": unknown.get(indicator, dict.fromkeys(("area", "sex", "age"))),
            "linkage": links if made.persons else [],
        }
    return found


def figure(indicator: str, period: str, area: str = "VN") -> dict[str, Any]:
    """Return why one figure is what it is.

    Args:
        indicator: its id.
        period: `YYYY-MM`, `YYYY-Qn` or `YYYY`.
        area: `VN` or a province of the list of 34.

    Returns:
        `figure`: as `figures.indicator` gives it, with `lower` and `upper`, numbers null where it is hidden;
        `name_en`, `name_vi`, `definition_en`, `definition_vi`, `caveats_en`, `caveats_vi`; the keys of `facts`,
        `linkage` being that of the area; `batches`: those of the last month (batch_id, revision, rows received,
        accepted and held, landed_at); `held`: rows in quarantine by data set and rule; `gates`: newest result
        of each suite (stage, suite, success, critical_failed, warning_failed, checked_at); `releases` that hold
        the figure (release_id, vintage, state, published_at, hidden); `compared`: published figures
        (published_as, published, unit, computed, scale, difference, base_as_worded, bridge_en, bridge_vi,
        source_title, source_url).

    Raises:
        AnsinhError: there is no such indicator, period or area, or the figure may not be seen.
    """
    span = periods.parse(period)
    month = f"{span.last_month:%Y-%m}"
    with connect(Role.PUBLISHER) as connection:
        disclosed, vintage = figures.disclosed(connection, indicator, period)
        goals = targets.of_indicator(inputs.targets(connection), indicator)
        [shown] = figures.narrowed(disclosed, vintage, goals, area_list="34", area=area, sex=TOTAL, age=TOTAL)
        known = facts(connection, [indicator], period)[indicator]
        entry = inputs.indicators(connection).row(by_predicate=pl.col("indicator") == indicator, named=True)
        used = {(one["registry"], one["dataset"]) for one in known["data_sets"]}
        suites = {f"{registry}_{dataset}" for registry, dataset in used}
        return {
            "figure": shown | _interval(disclosed, area),
            **{f"{key}_{language}": entry[f"{key}_{language}"] for key in ("name", "definition", "caveats")
               for language in ("en", "vi")},
            **known,
            "linkage": _rows(connection, _LINKS, [area]) if known["linkage"] else [],
            "batches": [row for row in _rows(connection, _NEWEST_BATCHES, [month])
                        if (row["registry"], row["dataset"]) in used],
            "held": [row for row in _rows(connection, _HELD, [month]) if (row["registry"], row["dataset"]) in used],
            "gates": sorted((row for row in _rows(connection, _GATES)
                             if row["stage"] != "landing" or row["suite"] in suites),
                            key=lambda row: (_STAGES.index(row["stage"]), row["suite"])),
            "releases": [{**row, "hidden": row.pop("conf_status") != "F"} for row in _rows(
                connection, _RELEASES, {"indicator": indicator, "period": period, "area": area})],
            "compared": _compared(connection, disclosed) if area == NATION else [],
        }  # fmt: skip


def _unknown(connection: psycopg.Connection, span: Period) -> dict[str, dict[str, float | None]]:
    """Return what share of each numerator has no known area, sex or age, in tenths of a per cent."""
    # The frequency of the release comes last, so that it is the one that stays.
    rows = _rows(connection, _UNKNOWN, [list(span.newest().values()), span.freq])
    return {
        row["indicator"]: {
            part: None if row[part] is None or not row["whole"] else _share(row["whole"] - row[part], row["whole"])
            for part in ("area", "sex", "age")
        }
        for row in rows
    }


def _share(part: Any, whole: Any) -> float:
    # Persons who moved within a quarter or year count in both provinces.
    return max(0.0, round(float(100 * part / whole), 1))


def _interval(disclosed: pl.DataFrame, area: str) -> dict[str, float | None]:
    """Return `lower` and `upper` of a figure; null where it is hidden or has none."""
    found = disclosed.filter(area_list="34", area=area, sex=TOTAL, age=TOTAL, breakdown=TOTAL)
    return found.select(pl.col("lower", "upper").cast(pl.Float64)).row(0, named=True)


def _compared(connection: psycopg.Connection, disclosed: pl.DataFrame) -> list[dict[str, Any]]:
    """Return published figures beside those of ours that are not hidden."""
    cell = ["indicator", "period", "breakdown", "category"]
    free = disclosed.filter(area_list="34", area=NATION, sex=TOTAL, age=TOTAL, conf_status="F").select(cell)
    rows = inputs.reconciliation(connection).join(free, on=cell, how="semi")
    numbers = ("published", "computed", "scale", "difference")
    return [
        {name: float(row[name]) if name in numbers else row[name] for name in _COMPARED}
        for row in rows.iter_rows(named=True)
    ]


def _rows(connection: psycopg.Connection, query: str, values: Any = ()) -> list[dict[str, Any]]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query, values).fetchall()
