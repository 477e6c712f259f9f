"""The gate of the stage indicators: a whole cube passes, each way of breaking it is caught at its severity."""

# ruff: noqa: E501 - one way of breaking the cube a line
from __future__ import annotations

from pathlib import Path

import pytest

from ansinh.database import Role, connect
from ansinh.errors import AnsinhError
from expectations.gate import GateFailed, check_stage

# Two areas would do for the sums, but the gate knows how many provinces there are.
_CUBE = """
create table indicators.indicator_observation as
with cell as (
    select indicator, period, area_list, area, sex, age, 10 as numerator, 40 as denominator
    from unnest(array['SI_COV', 'SI_COV_VOL', 'UI_COV', 'HI_COV', 'PENS_COV']) as indicator
    cross join (
        values ('2025-05', '34', 34), ('2025-05', '63', 63), ('2025-06', '34', 34), ('2025-06', '63', 63),
            ('2025-07', '34', 34)
    ) as month (period, area_list, areas)
    cross join lateral (select 'A' || number as area from generate_series(1, areas) as number) as province
    cross join unnest(array['M', 'F']) as sex
    cross join unnest(array['Y15T24', 'Y25T34']) as age
)
select
    indicator, 'M' as freq, period, '_T' as breakdown, '_T' as category, area_list, coalesce(area, 'VN') as area, coalesce(sex, '_T') as sex, coalesce(age, '_T') as age,
    sum(numerator)::numeric as numerator, sum(denominator)::numeric as denominator,
    100 * sum(numerator)::numeric / sum(denominator) as value, 'PT' as unit, 'labour force' as denominator_concept,
    'A' as obs_status, null::numeric as lower, null::numeric as upper, null::bigint as contributors,
    null::numeric as largest_1, null::numeric as largest_2
from cell group by indicator, period, area_list, cube (area, sex, age)
"""
# The same by payer group.
_PARTS = """
insert into indicators.indicator_observation
select
    indicator, freq, period, 'payer_group', code, area_list, area, sex, age, numerator / 2, denominator,
    50 * numerator / denominator, unit, denominator_concept, obs_status
from indicators.indicator_observation
cross join unnest(array['1', '2']) as code
where indicator = 'HI_COV' and area_list = '34' and sex = '_T' and age = '_T'
"""
_CATALOGUE = """
create table indicators.indicator as
select indicator, 'computed' as origin, 'M' as freqs, 'stock' as accounting, null as overlapping,
    indicator = 'PENS_COV' as bounded
from unnest(array['SI_COV', 'SI_COV_VOL', 'UI_COV', 'HI_COV', 'PENS_COV']) as indicator;
create table indicators.indicator_category as
select 'payer_group' as breakdown, code as category from unnest(array['1', '2']) as code;
create table warehouse.dim_period as
select 'M' as freq, period, true as ends_observed, true as is_whole
from unnest(array['2025-05', '2025-06', '2025-07']) as period
"""
_PUBLISHED = """
create table indicators.reconciliation as
select * from (values ('SI_COV', '2025-05', 26.0, 'PT', 1.0), ('SI_NUM', '2025-05', 18e6, 'PS', -5e5))
    as figure (indicator, period, published, published_unit, difference)
"""
_LOADED = """
insert into ingest.batch (batch_id, registry, dataset, period, state, contract_version, code_version)
select 'vss.contribution.' || period, 'vss', 'contribution', period, 'loaded', '1', '1'
from unnest(array['2025-05', '2025-06', '2025-07']) as period
"""


@pytest.fixture
def cube(empty_warehouse: Path) -> None:
    with connect(Role.TRANSFORMER) as connection:
        connection.execute(_CUBE)
        connection.execute(_PARTS)
        for statement in _CATALOGUE.split(";"):
            connection.execute(statement.encode())
        connection.execute(_PUBLISHED)
    with connect(Role.LOADER) as connection:
        connection.execute(_LOADED)


def change(statement: str) -> None:
    with connect(Role.TRANSFORMER) as connection:
        connection.execute(statement)


def test_a_whole_cube_passes(cube: None) -> None:
    result = check_stage("indicators")
    assert result.success and not result.failures
    names = ("series", "month", "figure", "catalogue", "published")
    assert result.suites == tuple(f"indicators.{name}" for name in names)
    with connect(Role.CHECKER) as connection:
        rows = connection.execute("select stage, suite, success from quality.gate_result order by gate_id").fetchall()
    assert rows == [("indicators", suite, True) for suite in names]


_MONTH = "indicator = 'HI_COV' and period = '2025-06' and area_list = '34'"
_ONE = f"{_MONTH} and breakdown = '_T'"
_PART = "indicator = 'HI_COV' and period = '2025-06' and breakdown = 'payer_group' and category = '1' and area = 'A7'"
_TOTAL = f"{_ONE} and area = 'VN' and sex = '_T' and age = '_T'"

CRITICAL = {
    "a month is missing": ("delete from {t} where period = '2025-06' and area_list = '63'", "months_missing"),
    "an indicator is missing": ("delete from {t} where indicator = 'PENS_COV'", "months_missing"),
    "a province is missing": (f"delete from {{t}} where {_ONE} and area = 'A7'", "areas_off"),
    "a national figure is missing": (f"delete from {{t}} where {_ONE} and area = 'VN' and sex = 'M' and age = '_T'", "national_cells_missing"),
    "most cells are missing": (f"delete from {{t}} where {_ONE} and area <> 'VN' and age <> '_T'", "cells_missing_share"),
    "a row twice": (f"insert into {{t}} select * from {{t}} where {_ONE} and area = 'A7'", "duplicates"),
    "no denominator": (f"update {{t}} set denominator = null, value = null where {_ONE} and area = 'A7'", "without_denominator"),
    "a denominator of 0": (f"update {{t}} set denominator = 0 where {_ONE} and area = 'A7'", "without_denominator"),
    "no numerator": (f"update {{t}} set numerator = null where {_ONE} and area = 'A7'", "without_numerator"),
    "no concept": (f"update {{t}} set denominator_concept = '' where {_ONE} and area = 'A7'", "without_concept"),
    "a value that is not the ratio": (f"update {{t}} set value = value + 0.1 where {_ONE} and area = 'A7'", "miscalculated"),
    "a total that is not the sum": (f"update {{t}} set numerator = numerator * 1.2, value = value * 1.2 where {_TOTAL}", "area_gap"),
    "everyone twice": (f"update {{t}} set numerator = numerator * 5, value = value * 5 where {_ONE}", "national_value"),
    "nobody": (f"update {{t}} set numerator = 0, value = 0 where {_ONE}", "national_value"),
}  # fmt: skip

PARTS = {
    "a category is missing": (f"delete from {{t}} where {_PART}", "breakdown_gap"),
    "a category twice": (f"insert into {{t}} select * from {{t}} where {_PART}", "duplicates"),
    "a value that is not the ratio": (f"update {{t}} set value = value + 1 where {_PART}", "miscalculated"),
    "no value and no mark": (f"update {{t}} set value = null where {_PART}", "without_value"),
    "a value outside its interval": (f"update {{t}} set lower = 1, upper = 2 where {_PART}", "outside_interval"),
    "units greater than their sum": (f"update {{t}} set largest_1 = numerator, largest_2 = 1 where {_PART}", "dominance_off"),
    "more than the whole": ("update {t} set numerator = 60, value = 150 where indicator = 'PENS_COV' and period = '2025-06' and area_list = '34' and area = 'A7' and sex = 'M' and age = 'Y15T24'", "above_100"),
    "an indicator without figures": ("delete from {t} where indicator = 'UI_COV'", "without_figures"),
}  # fmt: skip


@pytest.mark.parametrize("statement, measure", PARTS.values(), ids=PARTS.keys())
def test_a_broken_part_stops_the_publication(cube: None, statement: str, measure: str) -> None:
    change(statement.format(t="indicators.indicator_observation"))
    with pytest.raises(GateFailed) as failed:
        check_stage("indicators")
    assert measure in {found.measure for found in failed.value.result.failures if found.severity == "critical"}


@pytest.mark.parametrize("statement, measure", CRITICAL.values(), ids=CRITICAL.keys())
def test_a_broken_cube_stops_the_publication(cube: None, statement: str, measure: str) -> None:
    change(statement.format(t="indicators.indicator_observation"))
    with pytest.raises(GateFailed) as failed:
        check_stage("indicators")
    result = failed.value.result
    critical = {(found.measure, found.subject) for found in result.failures if found.severity == "critical"}
    assert measure in {name for name, _ in critical}
    named = str(failed.value)
    assert "stage indicators" in named and "suite indicators." in named and "Next:" in named
    if measure not in ("months_missing",):
        assert (measure, "HI_COV 2025-06 list 34") in critical
        assert {subject for _, subject in critical if subject} <= {
            "HI_COV 2025-06 list 34", "HI_COV 2025-07 list 34", "HI_COV list 34", "HI_COV 2025-06", "HI_COV 2025-07",
        }  # fmt: skip
    with connect(Role.CHECKER) as connection:
        row = connection.execute("select sum(critical_failed), count(*) from quality.gate_result").fetchone()
    assert row == (result.critical_failed, 5)


WARNINGS = {
    "a jump": (f"update {{t}} set numerator = numerator * 1.4, value = value * 1.4 where {_MONTH}", "national_jump"),
    "a category without a label": ("delete from indicators.indicator_category where category = '2'", "unlabelled"),
    "a period without its figure": (
        "insert into warehouse.dim_period values ('M', '2025-08', true, true)",
        "periods_missing",
    ),
    "far from the published figure": ("update {p} set difference = -14 where indicator = 'SI_COV'", "points_apart"),
    "small provinces above 100": (
        f"update {{t}} set denominator = 8, value = 100 * numerator / 8 where {_ONE} and area <> 'VN' and age = 'Y15T24'",
        "share_above_100",
    ),
}


@pytest.mark.parametrize("statement, measure", WARNINGS.values(), ids=WARNINGS.keys())
def test_a_doubtful_figure_is_reported_and_goes_on(cube: None, statement: str, measure: str) -> None:
    change(statement.format(t="indicators.indicator_observation", p="indicators.reconciliation"))
    if measure == "share_above_100":
        # Sums no longer agree either, which is critical; only the warning matters here.
        with pytest.raises(GateFailed) as failed:
            check_stage("indicators")
        result = failed.value.result
    else:
        result = check_stage("indicators")
        assert result.success
    assert (measure, "warning") in {(found.measure, found.severity) for found in result.failures}


def test_an_unknown_stage_is_refused(empty_warehouse: Path) -> None:
    with pytest.raises(AnsinhError, match="no stage 'raw'"):
        check_stage("raw")


def test_a_stage_that_has_not_been_built_says_so(empty_warehouse: Path) -> None:
    with pytest.raises(AnsinhError, match="cannot be judged") as failed:
        check_stage("indicators")
    assert "./ansinh build" in failed.value.next_step
    with connect(Role.CHECKER) as connection:
        assert connection.execute("select count(*) from quality.gate_result").fetchone() == (0,)
