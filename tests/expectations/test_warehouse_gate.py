"""The gate of the stage warehouse: tables that fit together pass, each mistake is caught at its severity."""

# ruff: noqa: E501 - one mistake a line
from __future__ import annotations

from pathlib import Path

import pytest

from ansinh.database import Role, connect
from expectations.gate import GateFailed, check_stage
from tests.expectations.tables import create_declared, create_staging, run

_GOOD = """
insert into warehouse.dim_month (month, is_observed)
select month, true from unnest(array['2025-01-01', '2025-02-01', '2025-03-01']::date[]) as month;
insert into warehouse.dim_person (person_key, spine, birth_date, birth_precision, sex, life_status, death_date,
    valid_from, valid_to, known_from, known_to, is_current)
select n, 'population', '1980-01-01', 'day', case when n % 2 = 0 then 'M' else 'F' end,
    case when n <= 10 then 'deceased' else 'alive' end, case when n <= 10 then date '2025-02-15' end,
    case when n <= 10 then '2025-02-15' else '1980-01-01' end::date, '9999-12-01', '2025-03-01', '9999-12-01', true
from generate_series(1, 1000) as n;
insert into warehouse.dim_person (person_key, spine, life_status, valid_from, valid_to, known_from, known_to, is_current)
select n, 'population', 'alive', '1980-01-01', valid_to, known_from, known_to, false
from generate_series(1, 10) as n, (values
    (date '2025-02-14', timestamp '2025-03-01', timestamp '9999-12-01'), ('9999-12-01', '2025-01-01', '2025-03-01')
) as earlier (valid_to, known_from, known_to);
insert into warehouse.int_members_counted (month, breakdown, participants, linked_participants)
select month, '_T', 1000, 995 from warehouse.dim_month;
insert into warehouse.fct_participation_month (month, person_key, contributes_after_death, has_two_employers,
    benefits_and_contributes, claims_on_expired_card)
select month, n, false, n = 1, false, false from warehouse.dim_month, generate_series(1, 900) as n;
insert into warehouse.int_residence_spells (person_key, month_from, month_to)
select n, '2020-01-01', '9999-12-01' from generate_series(1, 1000) as n;
insert into warehouse.fct_contribution_month (month, person_key, employer_key, kind, ui_amount)
select month, n, 'TE0001A', case when n <= 520 then 'compulsory' else 'voluntary' end, case when n <= 520 then 1 else 0 end
from warehouse.dim_month, generate_series(11, 600) as n;
insert into warehouse.fct_hi_card (card_id, person_key, status, valid_from, valid_to)
select 'C' || n, n, 'valid', '2025-01-01', '2025-12-31' from generate_series(1, 900) as n;
insert into warehouse.fct_claim (month, claim_id, person_key, admitted_on, amount_insured_scope, drug_lines_amount,
    service_lines_amount)
select '2025-01-01', 'X' || n, n, '2025-01-05', 100, 60, 40 from generate_series(1, 500) as n;
insert into warehouse.fct_benefit (decision_id, person_key, benefit_type, status, benefit_from)
select 'D' || n, n, 'pension', 'granted', '2024-01-01' from generate_series(1, 100) as n;
insert into warehouse.fct_payment_month (month, payment_id, person_key, benefit_type)
select '2025-01-01', 'P' || n, n, 'pension' from generate_series(1, 100) as n;
insert into warehouse.fct_labour_contract (contract_id, person_key, start_date)
select 'L' || n, n, '2024-01-01' from generate_series(1, 100) as n;
insert into warehouse.fct_wage_year (month, tax_year, return_id, line_no, person_key)
select '2024-01-01', 2024, 'R1', n, n from generate_series(1, 100) as n;
insert into identity.link (registry, dataset, record_id, person_key, rule)
select registry, dataset, n::text, n, 'personal_number'
from (values ('vss', 'hi_card'), ('vss', 'participant'), ('labour', 'contract')) as source (registry, dataset),
    generate_series(1, 200) as n;
"""


@pytest.fixture
def filled(empty_warehouse: Path) -> None:
    create_declared("warehouse")
    create_declared("identity")
    create_staging()
    run(_GOOD)


def test_a_sound_warehouse_passes(filled: None) -> None:
    result = check_stage("warehouse")
    assert result.success and not result.failures
    assert set(result.suites) == {
        f"warehouse.{name}" for name in ("person", "link", "link_rate", "fact", "participant_month", "privacy")
    }


def test_before_the_first_yearly_wages_their_table_may_be_empty(filled: None) -> None:
    run("truncate warehouse.fct_wage_year")
    assert check_stage("warehouse").success
    run("insert into staging.stg_tax__wage_income (line_no) values (1)")
    with pytest.raises(GateFailed, match="records = 0 for fct_wage_year"):
        check_stage("warehouse")


CRITICAL = {
    "a key without a person": ("update warehouse.fct_claim set person_key = 9999 where claim_id = 'X1'", "orphans", "fct_claim"),
    "a fact twice": (
        "insert into warehouse.fct_contribution_month select * from warehouse.fct_contribution_month limit 1",
        "duplicates",
        "fct_contribution_month",
    ),
    "an empty fact table": ("truncate warehouse.fct_benefit", "records", "fct_benefit"),
    "a person twice": ("insert into warehouse.dim_person select * from warehouse.dim_person limit 1", "duplicates", "dim_person"),
    "only men": ("update warehouse.dim_person set sex = 'M'", "women_share", "dim_person"),
    "nobody lives anywhere": ("truncate warehouse.int_residence_spells", "placed_share", "dim_person"),
    "contributions of the dead": (
        "update warehouse.dim_person set death_date = '2024-06-01' where person_key between 11 and 100",
        "after_death_share",
        "fct_contribution_month",
    ),
    "a spell that overlaps": (
        "update warehouse.dim_person set valid_to = '2025-02-20' where person_key = 1 and valid_to = '2025-02-14'",
        "valid_overlaps",
        "dim_person",
    ),
    "a spell that is missing": (
        "delete from warehouse.dim_person where person_key = 1 and is_current",
        "valid_gaps",
        "dim_person",
    ),
    "knowledge that is missing": (
        "update warehouse.dim_person set known_to = '2025-02-01' where person_key = 1 and known_from = '2025-01-01'",
        "knowledge_breaks",
        "dim_person",
    ),
    "persons that lost their records": (
        "update warehouse.dim_person set spine = 'none' where is_current and person_key > 900",
        "without_records_share",
        "dim_person",
    ),
    "a merged person with facts": (
        "update warehouse.dim_person set merged_into = 2 where person_key = 700",
        "orphans",
        "fct_hi_card",
    ),
    "a record of no person": ("update identity.link set person_key = 9999 where record_id = '1'", "orphans", "labour.contract"),
    "the agency's records lead out of the register": (
        "update warehouse.dim_person set spine = 'other' where person_key between 151 and 200",
        "vss_linked_share",
        "vss.hi_card",
    ),
    "another registry's records lead out of the register": (
        "update warehouse.dim_person set spine = 'other' where person_key between 101 and 200",
        "linked_share",
        "labour.contract",
    ),
    "participants are not found": (
        "update warehouse.int_members_counted set linked_participants = 850 where month = '2025-03-01'",
        "link_rate",
        "2025-03",
    ),
    "a month is missing": (
        "update warehouse.dim_month set is_observed = false where month = '2025-02-01'",
        "months_before",
        "2025-03",
    ),
    "a month without participants": (
        "delete from warehouse.fct_contribution_month where month = '2025-03-01'",
        "participants",
        "2025-03",
    ),
    "participants halve": (
        "delete from warehouse.fct_contribution_month where month = '2025-03-01' and person_key > 200",
        "change",
        "2025-03",
    ),
    "a name in the warehouse": ("alter table warehouse.fct_claim add full_name text", "personal_columns", "warehouse.fct_claim"),
    "an identifier in the views": ("create view bi.card as select '1'::text as si_number", "personal_columns", "bi.card"),
    "every card twice": (
        """insert into warehouse.fct_hi_card (card_id, person_key, status, valid_from, valid_to)
           select 'E' || n || k, n, 'valid', '2025-06-01', '2025-12-31'
           from generate_series(1, 900) as n, generate_series(1, 2) as k""",
        "overlap_share",
        "fct_hi_card",
    ),
    "lines that do not add up": ("update warehouse.fct_claim set drug_lines_amount = 0", "lines_disagree_share", "fct_claim"),
}  # fmt: skip


@pytest.mark.parametrize("statement, measure, subject", CRITICAL.values(), ids=CRITICAL.keys())
def test_a_mistake_stops_the_indicators(filled: None, statement: str, measure: str, subject: str) -> None:
    run(statement)
    with pytest.raises(GateFailed, match="stage warehouse") as failed:
        check_stage("warehouse")
    result = failed.value.result
    assert (measure, subject) in {
        (found.measure, found.subject) for found in result.failures if found.severity == "critical"
    }
    with connect(Role.CHECKER) as connection:
        row = connection.execute(
            "select count(*) from quality.expectation_result where not success and severity = 'critical' and subject = %s",
            [f"{subject}: {measure}"],
        ).fetchone()
    assert row and row[0] >= 1


WARNINGS = {
    "some cards overlap": (
        """insert into warehouse.fct_hi_card (card_id, person_key, status, valid_from, valid_to)
           select 'E' || n, n, 'valid', '2025-06-01', '2025-12-31' from generate_series(1, 100) as n""",
        "overlap_share",
    ),
    "a few records lead out of the register": (
        "update warehouse.dim_person set spine = 'other' where person_key between 186 and 200",
        "linked_share",
    ),
    "the link rate falls": (
        "update warehouse.int_members_counted set linked_participants = 985 where month = '2025-03-01'",
        "drop",
    ),
    "registries contradict each other": (
        "update warehouse.fct_participation_month set claims_on_expired_card = true where person_key <= 20",
        "conflict_share",
    ),
    "died before birth": ("update warehouse.dim_person set death_date = '1970-01-01' where person_key = 700", "died_before_birth"),
    "a fifth fewer participants": (
        "delete from warehouse.fct_contribution_month where month = '2025-03-01' and person_key > 480",
        "change",
    ),
}  # fmt: skip


@pytest.mark.parametrize("statement, measure", WARNINGS.values(), ids=WARNINGS.keys())
def test_a_doubt_is_reported_and_goes_on(filled: None, statement: str, measure: str) -> None:
    run(statement)
    result = check_stage("warehouse")
    assert result.success
    assert measure in {found.measure for found in result.failures}
