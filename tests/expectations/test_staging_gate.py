"""The gate of the stage staging: readable records pass, each mistake is caught at its severity."""

# ruff: noqa: E501 - one mistake a line
from __future__ import annotations

from pathlib import Path

import pytest

from ansinh.database import Role, connect
from expectations.gate import GateFailed, check_stage
from tests.expectations.tables import create_staging, run

_PEOPLE = {
    "population__person": "personal_number",
    "vss__participant": "personal_number_key",
    "vss__benefit_decision": "personal_number_key",
    "labour__contract": "personal_number_key",
    "health__claim": "personal_number_key",
}
# Even fourth digit, man; born 1980: the personal numbers agree with sex and birth date.
_RECORD = """
insert into staging.stg_{table} ({number}, name_key, born_on, sex_code, personal_number_restored, _batch_id)
select '001' || n % 2 || '80' || lpad(n::text, 6, '0'), 'nguyen van a', '1980-05-01',
    case when n % 2 = 0 then 'M' else 'F' end, false, '{batch}'
from generate_series(1, 200) as n
"""


@pytest.fixture
def filled(empty_warehouse: Path) -> None:
    create_staging()
    for table, number in _PEOPLE.items():
        batch = f"{table.replace('__', '.')}.2025-01"
        run(_RECORD.format(table=table, number=number, batch=batch))
        registry, dataset, period = batch.split(".")
        deliver(registry, dataset, period)


def deliver(registry: str, dataset: str, period: str) -> None:
    with connect(Role.LOADER) as connection:
        connection.execute(
            """insert into ingest.batch (batch_id, registry, dataset, period, state, rows_received, rows_accepted,
                   contract_version, code_version) values (%s, %s, %s, %s, 'loaded', 200, 200, '1', '1')""",
            [f"{registry}.{dataset}.{period}", registry, dataset, period],
        )


def test_readable_records_pass(filled: None) -> None:
    result = check_stage("staging")
    assert result.success and not result.failures


_TABLE = "staging.stg_vss__participant"
CRITICAL = {
    "identifiers that cannot be read": (f"update {_TABLE} set personal_number_key = null where row_key > 150", "identified_share"),
    "birth dates that cannot be read": (f"update {_TABLE} set born_on = null where row_key > 150", "dated_share"),
    "names that cannot be read": (f"update {_TABLE} set name_key = null where row_key > 150", "named_share"),
    "a sex code of the source": (f"update {_TABLE} set sex_code = '1' where row_key = 1", "foreign_sex_codes"),
    "sexes the wrong way round": (f"update {_TABLE} set sex_code = translate(sex_code, 'MF', 'FM')", "sex_agrees_share"),
    "days and years exchanged": (f"update {_TABLE} set born_on = born_on + interval '9 years'", "birth_year_agrees_share"),
    "births in the future": (f"update {_TABLE} set born_on = '2999-01-01' where row_key > 190", "implausible_birth_share"),
    "an emptied table": (f"truncate {_TABLE}", "emptied"),
    "more records than rows": (
        f"insert into {_TABLE} (personal_number_key, name_key, born_on, sex_code, _batch_id) "
        f"select personal_number_key, name_key, born_on, sex_code, _batch_id from {_TABLE}",
        "rows_without_source",
    ),
    "keys no longer enforced": (f"drop index {_TABLE}_row_key_idx", "keys_enforced"),
}  # fmt: skip


@pytest.mark.parametrize("statement, measure", CRITICAL.values(), ids=CRITICAL.keys())
def test_a_mistake_stops_the_warehouse(filled: None, statement: str, measure: str) -> None:
    run(statement)
    with pytest.raises(GateFailed, match="stage staging") as failed:
        check_stage("staging")
    critical = {
        (found.measure, found.subject) for found in failed.value.result.failures if found.severity == "critical"
    }
    assert (measure, "vss.participant") in critical


def test_a_delivery_that_did_not_arrive_is_named(filled: None) -> None:
    deliver("vss", "participant", "2025-02")
    with pytest.raises(GateFailed, match=r"newest loaded delivery.*vss\.participant"):
        check_stage("staging")


def test_a_delivery_sent_again_that_waits_does_not_stop_the_others(filled: None) -> None:
    with connect(Role.LOADER) as connection:
        connection.execute(
            """update ingest.batch set state = 'rejected', loaded_at = now(), rows_received = 0, rows_accepted = 0
               where batch_id = 'vss.participant.2025-01'"""
        )
    assert check_stage("staging").success


def test_a_few_unreadable_records_are_a_warning(filled: None) -> None:
    run(f"update {_TABLE} set born_on = null, personal_number_key = null where row_key > 180")
    result = check_stage("staging")
    assert result.success
    assert {found.measure for found in result.failures} == {"dated_share", "identified_share"}
