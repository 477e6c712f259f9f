"""The landing gate: good deliveries pass, each kind of bad delivery is named and stops its registry only."""

from __future__ import annotations

import datetime as dt
import pickle
from collections.abc import Callable

import polars as pl
import pytest

from ansinh.database import Role, connect
from ansinh.errors import AnsinhError
from ansinh.settings import get_settings
from expectations.gate import GateFailed, GateResult, check_landing
from tests.expectations.deliveries import contributions, employers, tax_code

Deliver = Callable[..., str]
Spoil = Callable[[pl.DataFrame], pl.DataFrame]

MONTHS = ["2025-01", "2025-02", "2025-03", "2025-04"]
BAD = "2025-03"


def states(dataset: str = "employer") -> list[str]:
    with connect(Role.CHECKER) as connection:
        query = "select state from ingest.batch where dataset = %s order by period"
        return [state for (state,) in connection.execute(query, [dataset])]


def count(table: str) -> int:
    with connect(Role.CHECKER) as connection:
        row = connection.execute(f"select count(*) from {table}").fetchone()
        assert row
        return int(row[0])


def land_months(deliver: Deliver, spoil: Spoil = lambda rows: rows, months: list[str] = MONTHS) -> None:
    for number, month in enumerate(months):
        rows = employers(month)
        deliver("vss.employer", month, spoil(rows) if month == BAD else rows, first=number == 0)


def test_good_deliveries_are_checked_and_the_results_kept(deliver: Deliver) -> None:
    land_months(deliver)
    result = check_landing("vss")
    assert result.success
    assert (result.stage, result.suites) == ("landing", ("landing.vss_employer",))
    assert (result.critical_failed, result.warning_failed) == (0, 0), result.failures
    assert result.evaluated > 15
    assert states() == ["checked"] * 4
    with connect(Role.CHECKER) as connection:
        gates = connection.execute("select stage, suite, success, evaluated from quality.gate_result").fetchall()
        assert gates == [("landing", "vss_employer", True, result.evaluated)]
        rows = connection.execute("select value from quality.batch_profile where measure = 'rows'").fetchall()
        assert rows == [(300.0,)] * 4
    assert count("quality.expectation_result") == result.evaluated


def test_nothing_to_judge_is_a_success(deliver: Deliver) -> None:
    assert check_landing("vss").evaluated == 0
    land_months(deliver)
    check_landing("vss")
    assert check_landing("vss").evaluated == 0
    assert count("quality.gate_result") == 1


def test_an_unknown_registry_is_refused(empty_warehouse: object) -> None:
    with pytest.raises(AnsinhError, match="no registry 'weather'"):
        check_landing("weather")


CRITICAL: dict[str, tuple[Spoil, str]] = {
    "a column is missing": (lambda rows: rows.drop("vsic_code"), "columns_missing = 1 (vsic_code)"),
    "a column too many": (lambda rows: rows.with_columns(secret=pl.lit("x")), "columns_unexpected = 1 (secret)"),
    "a column of another type": (lambda rows: rows.cast({"employees": pl.String}), "columns_mistyped = 1 (employees)"),
    "a required field is empty": (
        lambda rows: rows.with_columns(name=pl.when(pl.col("employees") > 10).then("name")),
        "required_empty",
    ),
    "rows of another month": (
        lambda rows: rows.with_columns(pl.col("updated_at") - dt.timedelta(days=31)),
        "outside_period =",
    ),
    "rows of the future": (
        lambda rows: rows.with_columns(pl.col("updated_at") + dt.timedelta(days=31)),
        "outside_period =",
    ),
    "nothing where there were rows": (lambda rows: rows.clear(), "volume_ratio = 0"),
    "every row twice": (lambda rows: pl.concat([rows, rows]), "duplicate_share = 0.5"),
    "placeholders for identifiers": (
        lambda rows: rows.with_columns(
            tax_code=pl.when(pl.col("employees") > 13).then(pl.lit("0000000000")).otherwise("tax_code")
        ),
        "tax_code.placeholder_share",
    ),
    "wrong check digits": (
        lambda rows: rows.with_columns(tax_code=pl.col("tax_code").str.slice(0, 9) + "0"),
        "tax_code.bad_check_digit_share",
    ),
}


@pytest.mark.parametrize("spoil, observed", CRITICAL.values(), ids=CRITICAL.keys())
def test_a_broken_delivery_is_named_and_stops_its_registry(deliver: Deliver, spoil: Spoil, observed: str) -> None:
    land_months(deliver, spoil)
    with pytest.raises(GateFailed) as failed:
        check_landing("vss")
    assert "vss.employer.2025-03" in str(failed.value)
    assert observed in str(failed.value)
    assert "./ansinh ingest vss --period 2025-03" in failed.value.next_step
    assert not failed.value.result.success
    # What came before goes on, what comes after waits.
    assert states() == ["checked", "checked", "rejected", "landed"]
    with connect(Role.CHECKER) as connection:
        query = """select distinct batch_id from quality.expectation_result
                   where not success and severity = 'critical'"""
        assert connection.execute(query).fetchall() == [("vss.employer.2025-03",)]
        error = connection.execute("select error from ingest.batch where state = 'rejected'").fetchone()
    assert error and observed in error[0] and "Next:" in error[0]


def test_the_failure_passes_from_one_process_to_another() -> None:
    failed = GateFailed("vss is shut.", "Pull it again.", GateResult("landing", ("vss_employer",), False, 1, 0, 9))
    copy = pickle.loads(pickle.dumps(failed))
    assert (str(copy), copy.next_step, copy.result) == (str(failed), failed.next_step, failed.result)


def test_too_many_held_rows_reject_a_delivery(deliver: Deliver) -> None:
    deliver("vss.employer", "2025-01", employers("2025-01"), held=10, first=True)
    deliver("vss.employer", "2025-02", employers("2025-02"), held=40)
    with pytest.raises(GateFailed, match=r"reject_share = 0\.1176") as failed:
        check_landing("vss")
    assert "quarantine list" in failed.value.next_step
    assert states() == ["checked", "rejected"]


def test_two_held_rows_do_not_reject_a_small_delivery(deliver: Deliver) -> None:
    deliver("vss.employer", "2025-01", employers("2025-01", 5), held=2, first=True)
    assert check_landing("vss").success
    deliver("vss.employer", "2025-02", employers("2025-02", 5), held=3)
    with pytest.raises(GateFailed, match="reject_share"):
        check_landing("vss")


def test_an_empty_delivery_is_normal_where_months_are_small(deliver: Deliver) -> None:
    for number, month in enumerate(MONTHS):
        deliver("vss.employer", month, employers(month, 50 if month != BAD else 0), first=number == 0)
    assert check_landing("vss").success


WARNINGS: dict[str, tuple[Spoil, str]] = {
    "six times the rows": (lambda rows: employers(BAD, 1800), "volume_ratio"),
    "a few rows twice": (lambda rows: pl.concat([rows, rows.head(15)]), "duplicate_share"),
    "a field no longer filled": (
        lambda rows: rows.with_columns(employees=pl.lit(None, pl.Int64)),
        "null_share_rise",
    ),
    "nothing after the first week": (lambda rows: rows.filter(pl.col("updated_at").dt.day() < 8), "newest_lag_days"),
}


@pytest.mark.parametrize("spoil, measure", WARNINGS.values(), ids=WARNINGS.keys())
def test_a_doubtful_delivery_is_reported_and_goes_on(
    deliver: Deliver, spoil: Spoil, measure: str, caplog: pytest.LogCaptureFixture
) -> None:
    def doubled(rows: pl.DataFrame) -> pl.DataFrame:
        return spoil(rows)

    for number, month in enumerate(MONTHS):
        rows = employers(month, 500 if measure == "newest_lag_days" else 300)
        deliver("vss.employer", month, doubled(rows) if month == BAD else rows, first=number == 0)
    result = check_landing("vss")
    assert result.success
    assert [(found.measure, found.subject) for found in result.failures] == [(measure, "vss.employer.2025-03")]
    assert states() == ["checked"] * 4
    assert "vss.employer.2025-03" in caplog.text
    assert ("null_share_rise of employees = 1" in caplog.text) == (measure == "null_share_rise")


def test_amounts_in_another_unit_are_a_warning(deliver: Deliver) -> None:
    for number, month in enumerate(MONTHS):
        rows = contributions(month)
        if month == BAD:
            rows = rows.with_columns(pl.col("si_amount") // 1000)
        deliver("vss.contribution", month, rows, first=number == 0)
    result = check_landing("vss")
    assert [(found.measure, found.subject) for found in result.failures] == [
        ("mean_factor", "vss.contribution.2025-03")
    ]
    assert result.failures[0].observed.startswith("mean_factor of si_amount = ")


def test_one_identifier_for_everyone_rejects_a_delivery(deliver: Deliver) -> None:
    deliver("vss.contribution", BAD, contributions(BAD).with_columns(si_number=pl.lit("0116149001")), first=True)
    with pytest.raises(GateFailed, match=r"si_number\.top_share = 1"):
        check_landing("vss")


def test_the_amended_return_of_one_large_employer_passes(deliver: Deliver) -> None:
    rows = employers(BAD).with_columns(tax_code=pl.lit(tax_code(10)))
    deliver("vss.employer", BAD, rows, first=True)
    assert check_landing("vss").success


def test_the_other_data_sets_of_the_month_pass_and_later_months_wait(deliver: Deliver) -> None:
    land_months(deliver, lambda rows: rows.drop("name"))
    for number, month in enumerate(MONTHS):
        deliver("vss.contribution", month, contributions(month), first=number == 0)
    with pytest.raises(GateFailed):
        check_landing("vss")
    assert states("contribution") == ["checked", "checked", "checked", "landed"]


def test_other_registries_go_on(deliver: Deliver) -> None:
    land_months(deliver, lambda rows: rows.drop("name"))
    with pytest.raises(GateFailed):
        check_landing("vss")
    assert check_landing("tax").success


def test_a_corrected_delivery_lets_the_later_months_through(deliver: Deliver) -> None:
    land_months(deliver, lambda rows: rows.drop("name"))
    for _ in range(2):
        # The gate stays shut however often it is asked.
        with pytest.raises(GateFailed, match="columns_missing"):
            check_landing("vss")
        assert states() == ["checked", "checked", "rejected", "landed"]
    deliver("vss.employer", BAD, employers(BAD))
    assert check_landing("vss").success
    assert states() == ["checked"] * 4


def test_every_broken_delivery_is_rejected_and_counted(deliver: Deliver) -> None:
    for number, month in enumerate(MONTHS):
        rows = employers(month)
        deliver("vss.employer", month, rows.drop("name") if number > 1 else rows, first=number == 0)
    with pytest.raises(GateFailed, match="1 more deliver"):
        check_landing("vss")
    assert states() == ["checked", "checked", "rejected", "rejected"]


def test_a_missing_landing_file_leaves_everything_as_it_was(deliver: Deliver) -> None:
    land_months(deliver)
    for path in (get_settings().landing_dir / "vss" / "employer" / BAD).iterdir():
        path.unlink()
    with pytest.raises(AnsinhError, match=r"vss\.employer\.2025-03 is missing"):
        check_landing("vss")
    assert states() == ["landed"] * 4
    assert count("quality.gate_result") == count("quality.batch_profile") == 0
