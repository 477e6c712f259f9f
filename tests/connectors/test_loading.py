"""Loading: a batch is in `raw` as a whole or not at all, whatever happens in between."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import Any

import pytest

from ansinh import database
from ansinh.errors import AnsinhError
from ansinh.settings import get_settings
from connectors.landing import land
from connectors.loading import load

JANUARY, FEBRUARY, MARCH = (f"vss.contribution.2025-0{month}" for month in (1, 2, 3))


@pytest.fixture
def landed(vss: Any, ledger: Any) -> Any:
    land("vss", "2025-01", "2025-03", ["contribution"], vss.settings)
    return ledger


def killed(code: str) -> None:
    """Run code that ends by killing its own process."""
    done = subprocess.run(
        [sys.executable, "-c", "import os, signal\n" + code], capture_output=True, text=True, check=False
    )
    assert done.returncode == -signal.SIGKILL, done.stderr


def test_rows_carry_batch_row_number_and_time(landed: Any) -> None:
    landed.judge()
    assert load("vss") == [JANUARY, FEBRUARY, MARCH]
    found = landed.query(
        "select _batch_id, min(_row), max(_row), count(*), count(_loaded_at) from raw.vss_contribution "
        "group by 1 order by 1"
    )
    assert [row[0] for row in found] == [JANUARY, FEBRUARY, MARCH]
    assert all(row[1] == 1 and row[2] == row[3] == row[4] for row in found)
    assert landed.query("select position, period from ingest.cursor") == [("2025-04-01T00:00:00", "2025-03")]


def test_only_checked_batches_are_loaded(landed: Any) -> None:
    landed.judge(batch_id=JANUARY)
    assert load("vss") == [JANUARY]
    assert landed.batch(FEBRUARY)["state"] == "landed"


@pytest.mark.parametrize("state", ["rejected", "failed"])
def test_a_broken_month_holds_back_the_later_ones(landed: Any, state: str) -> None:
    landed.judge(state, FEBRUARY)
    landed.judge()
    with pytest.raises(AnsinhError, match=f"{FEBRUARY} is {state}; 1 later batches wait for it"):
        load("vss")
    assert [landed.batch(name)["state"] for name in (JANUARY, FEBRUARY, MARCH)] == ["loaded", state, "checked"]


def test_a_process_killed_between_landing_and_raw_costs_nothing(vss: Any, ledger: Any) -> None:
    killed(f"""
from connectors.landing import land
from connectors.settings import RegistrySettings
land("vss", "2025-01", "2025-02", ["contribution"], RegistrySettings.from_uri("vss", {vss.settings.uri!r}))
os.kill(os.getpid(), signal.SIGKILL)
""")
    assert land("vss", "2025-01", "2025-03", ["contribution"], vss.settings) == [JANUARY, FEBRUARY, MARCH]
    assert ledger.batch(JANUARY)["revision"] == 1
    ledger.judge()
    assert load("vss") == [JANUARY, FEBRUARY, MARCH]
    assert ledger.count("raw.vss_contribution") == 90


@pytest.mark.parametrize("step", ["_copy", "_attach", "_hold"])
def test_a_process_killed_while_loading_leaves_the_old_state(landed: Any, step: str) -> None:
    landed.judge(batch_id=JANUARY)
    load("vss")
    before = landed.count("raw.vss_contribution")
    landed.judge()
    killed(f"""
from connectors import loading
step = loading.{step}
def kill(*arguments):
    if {step!r} == "_copy":
        connection, statement, chunks = arguments
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            copy.write(next(chunks)[:200])
            os.kill(os.getpid(), signal.SIGKILL)
    step(*arguments)
    os.kill(os.getpid(), signal.SIGKILL)
loading.{step} = kill
loading.load("vss")
""")
    assert landed.count("raw.vss_contribution") == before
    assert landed.batch(FEBRUARY)["state"] == "checked"
    assert landed.query("select period from ingest.cursor") == [("2025-01",)]
    assert load("vss") == [FEBRUARY, MARCH]
    assert landed.count("raw.vss_contribution") == 90


def test_a_reload_replaces_rows_and_held_rows(vss: Any, landed: Any) -> None:
    vss.execute("update contribution set kind = 'gift' where rowid in (1, 2)")
    for held, count in ((2, 88), (1, 89)):
        land("vss", "2025-01", "2025-03", ["contribution"], vss.settings)
        landed.judge()
        load("vss")
        assert landed.count("quarantine.row") == held
        assert landed.count("raw.vss_contribution") == count
        vss.execute("update contribution set kind = 'voluntary' where rowid = 1")


def test_held_rows_that_were_changed_are_not_loaded(vss: Any, landed: Any) -> None:
    vss.execute("update contribution set kind = 'gift' where rowid = 1")
    land("vss", "2025-01", "2025-01", ["contribution"], vss.settings)
    (path,) = get_settings().landing_dir.glob("vss/contribution/2025-01/*.held.parquet")
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + b"?")
    landed.judge()
    with pytest.raises(AnsinhError, match=rf"{JANUARY}: its landing file .*held.parquet was changed"):
        load("vss")
    assert landed.count("raw.vss_contribution") == 0
    path.write_bytes(whole)
    assert load("vss") == [JANUARY, FEBRUARY, MARCH]
    assert landed.count("quarantine.row") == landed.batch(JANUARY)["rows_quarantined"] > 0


def test_held_rows_of_a_rejected_batch_can_be_seen(vss: Any, ledger: Any) -> None:
    vss.execute("update contribution set kind = 'gift' where updated_at < '2025-02-01'")
    land("vss", "2025-01", "2025-01", ["contribution"], vss.settings)
    ledger.judge("rejected")
    with pytest.raises(AnsinhError, match=f"{JANUARY} is rejected"):
        load("vss")
    first = ledger.query("select row_id from quarantine.row order by 1")
    assert len(first) == ledger.batch(JANUARY)["rows_received"]
    with pytest.raises(AnsinhError):
        load("vss")
    assert ledger.query("select row_id from quarantine.row order by 1") == first
    assert ledger.count("raw.vss_contribution") == 0


def test_the_landing_file_of_a_rejected_batch_is_not_trusted_either(vss: Any, ledger: Any) -> None:
    vss.execute("update contribution set kind = 'gift' where rowid = 1")
    land("vss", "2025-01", "2025-01", ["contribution"], vss.settings)
    ledger.judge("rejected")
    path = get_settings().landing_dir / ledger.batch(JANUARY)["landing_path"]
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(AnsinhError, match=f"{JANUARY}: its landing file .* was changed"):
        load("vss")
    assert ledger.count("quarantine.row") == 0


@pytest.mark.parametrize("change", ["gone", "changed"])
def test_a_landing_file_that_is_not_what_was_landed_is_refused(landed: Any, change: str, vss: Any) -> None:
    path = get_settings().landing_dir / landed.batch(JANUARY)["landing_path"]
    path.unlink() if change == "gone" else path.write_bytes(path.read_bytes() + b"x")
    landed.judge()
    with pytest.raises(AnsinhError, match=f"{JANUARY}: its landing file .* {change}"):
        load("vss")
    land("vss", "2025-01", "2025-01", ["contribution"], vss.settings)
    assert JANUARY in load("vss")


def test_tables_follow_a_contract_that_gains_a_field(landed: Any) -> None:
    landed.judge(batch_id=JANUARY)
    load("vss")
    with database.connect(database.Role.LOADER) as connection:
        connection.execute("alter table raw.vss_contribution drop column paid_date")
    landed.judge()
    load("vss")
    assert landed.count("raw.vss_contribution where paid_date is not null") > 0


def test_every_table_of_the_registry_is_there_after_a_load(ledger: Any) -> None:
    load("labour")
    tables = ledger.query("select relname from pg_class where relkind = 'p' and relnamespace = 'raw'::regnamespace")
    assert {name for (name,) in tables} == {
        "labour_contract",
        "labour_training_support",
        "labour_unemployment_decision",
    }
