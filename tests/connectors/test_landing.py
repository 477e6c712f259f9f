"""Landing: what is pulled, what it becomes in the folder and in the ledger, and what a bad delivery leaves behind."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from ansinh import database
from ansinh.database import Role
from ansinh.errors import AnsinhError
from ansinh.settings import get_settings
from connectors import ledger as ingest_ledger
from connectors.landing import land
from connectors.loading import load

JANUARY, FEBRUARY, MARCH = (f"vss.contribution.2025-0{month}" for month in (1, 2, 3))


def pull(vss: Any, first: str = "2025-01", last: str = "2025-03") -> list[str]:
    return land("vss", first, last, ["contribution"], vss.settings)


def test_each_month_becomes_an_immutable_file_named_after_its_hash(vss: Any, ledger: Any) -> None:
    assert pull(vss) == [JANUARY, FEBRUARY, MARCH]
    batches = [ledger.batch(name) for name in (JANUARY, FEBRUARY, MARCH)]
    assert sum(batch["rows_accepted"] for batch in batches) == 90
    assert [batch["state"] for batch in batches] == ["landed"] * 3
    for batch in batches:
        path = get_settings().landing_dir / batch["landing_path"]
        assert path.stem == batch["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
        assert str(path.parent).endswith(f"vss/contribution/{batch['period']}")
        assert sorted(path.parent.iterdir()) == [path]


def test_a_month_holds_what_was_recorded_in_it_and_the_first_load_what_came_before(vss: Any, ledger: Any) -> None:
    pull(vss, "2025-02", "2025-03")
    february, march = ledger.batch(FEBRUARY), ledger.batch(MARCH)
    assert february["cursor_from"] is None
    assert march["cursor_from"] == "2025-03-01T00:00:00"
    moments = pl.read_parquet(get_settings().landing_dir / march["landing_path"])["updated_at"]
    assert str(moments.min()) >= "2025-03-01"
    assert february["rows_received"] + march["rows_received"] == 90


def test_months_before_the_first_load_are_refused(vss: Any, ledger: Any) -> None:
    pull(vss, "2025-02", "2025-02")
    with pytest.raises(AnsinhError, match=r"first load vss.contribution.2025-02 has already taken"):
        pull(vss, "2025-01", "2025-01")


def test_the_same_delivery_twice_changes_nothing(vss: Any, ledger: Any) -> None:
    pull(vss)
    ledger.judge()
    load("vss")
    before = ledger.query("select * from ingest.batch order by batch_id")
    assert pull(vss) == []
    assert load("vss") == []
    assert ledger.query("select * from ingest.batch order by batch_id") == before
    assert ledger.count("raw.vss_contribution") == 90


def test_page_size_does_not_show_in_the_content(vss: Any, ledger: Any) -> None:
    pull(vss)
    whole = ledger.batch(FEBRUARY)["sha256"]
    vss.settings = replace(vss.settings, page_size=7)
    pull(vss)
    assert ledger.batch(FEBRUARY)["sha256"] == whole


def test_rows_with_the_same_time_and_key_are_not_lost_between_pages(
    vss: Any, ledger: Any, contribution: Any, rows: Any
) -> None:
    one = rows(contribution, 1)
    vss.put(pl.concat([one.with_columns(version=pl.lit(n, pl.Int64)) for n in range(2, 30)]))
    vss.settings = replace(vss.settings, page_size=5)
    pull(vss)
    assert sum(ledger.batch(name)["rows_received"] for name in (JANUARY, FEBRUARY, MARCH)) == 90 + 28


def test_changed_content_makes_a_revision_that_replaces_the_rows(vss: Any, ledger: Any) -> None:
    pull(vss)
    ledger.judge()
    load("vss")
    vss.execute("update contribution set wage_base = 77 where updated_at < '2025-02-01'")
    assert pull(vss) == [JANUARY]
    assert ledger.batch(JANUARY)["revision"] == 2
    assert ledger.count("raw.vss_contribution where wage_base = 77") == 0
    ledger.judge()
    assert load("vss") == [JANUARY]
    received = ledger.batch(JANUARY)["rows_received"]
    assert ledger.count("raw.vss_contribution where wage_base = 77") == received
    assert ledger.count("raw.vss_contribution") == 90


def test_an_empty_delivery_is_a_batch_without_rows(vss: Any, ledger: Any) -> None:
    assert pull(vss, "2025-01", "2025-05")[-1] == "vss.contribution.2025-05"
    assert ledger.batch("vss.contribution.2025-05")["rows_received"] == 0
    ledger.judge()
    assert len(load("vss")) == 5


def test_bad_values_are_held_with_rule_reason_and_payload(vss: Any, ledger: Any) -> None:
    vss.execute("update contribution set kind = 'gift', wage_base = -5 where rowid = 3")
    vss.execute("update contribution set unit_code = null where rowid = 4")
    vss.execute("update contribution set si_number = '12 345' where rowid = 5")
    pull(vss)
    assert ledger.batch(JANUARY)["rows_quarantined"] == 3
    ledger.judge()
    load("vss")
    held = ledger.query(
        "select row_number, rule, field, reason, payload ->> 'wage_base' from quarantine.row order by 1"
    )
    assert [row[1:3] for row in held] == [("valid_values", "kind"), ("required", "unit_code"), ("pattern", "si_number")]
    assert held[0][3] == "kind is not one of compulsory, voluntary; wage_base is below 0"
    assert held[0][4] == "-5"
    assert ledger.count("raw.vss_contribution") == 87


def test_a_value_of_the_wrong_type_is_held(tmp_path: Any, ledger: Any, contribution: Any, rows: Any, vss: Any) -> None:
    vss.execute("update contribution set wage_base = 'much', paid_date = null where rowid = 2")
    pull(vss)
    assert ledger.batch(JANUARY)["rows_quarantined"] == 1
    ledger.judge()
    load("vss")
    assert ledger.query("select rule, reason, payload ->> 'wage_base' from quarantine.row") == [
        ("type", "wage_base is not a integer", "much")
    ]


def test_an_unknown_column_is_ignored_and_named(vss: Any, ledger: Any) -> None:
    vss.execute("alter table contribution add column blood_group text")
    assert len(pull(vss)) == 3
    assert ledger.batch(JANUARY)["error"] == "Warning: unknown column blood_group ignored."


def test_a_missing_required_column_fails_the_batch_and_the_next_run_goes_on(vss: Any, ledger: Any) -> None:
    vss.execute("alter table contribution rename column wage_base to wages")
    with pytest.raises(AnsinhError, match="no column wage_base"):
        pull(vss)
    failed = ledger.batch(JANUARY)
    assert failed["state"] == "failed"
    assert "wage_base" in failed["error"]
    vss.execute("alter table contribution rename column wages to wage_base")
    assert pull(vss) == [JANUARY, FEBRUARY, MARCH]
    assert ledger.batch(JANUARY)["cursor_from"] is None
    assert ledger.batch(JANUARY)["error"] is None


def test_a_missing_optional_column_is_empty_and_named(vss: Any, ledger: Any) -> None:
    vss.execute("alter table contribution drop column paid_date")
    pull(vss)
    assert ledger.batch(JANUARY)["error"] == "Warning: optional column paid_date is missing."
    assert ledger.batch(JANUARY)["rows_quarantined"] == 0


def test_a_failed_pull_leaves_the_earlier_delivery_in_force(vss: Any, ledger: Any) -> None:
    pull(vss)
    ledger.judge()
    load("vss")
    vss.execute("alter table contribution rename to lost")
    with pytest.raises(AnsinhError, match="there is no table contribution"):
        pull(vss)
    assert ledger.batch(JANUARY)["state"] == "loaded"
    assert "no table" in ledger.batch(JANUARY)["error"]


def test_two_runs_at_once_do_not_meet(vss: Any, ledger: Any) -> None:
    with database.connect(Role.LOADER) as connection, ingest_ledger.exclusive(connection, "vss"):
        with pytest.raises(AnsinhError, match="Another run is working on registry vss"):
            pull(vss)
        with pytest.raises(AnsinhError, match="Another run is working on registry vss"):
            load("vss")
    assert len(pull(vss)) == 3


def test_a_full_disk_leaves_nothing_behind(vss: Any, ledger: Any) -> None:
    code = f"""
import resource, signal
from connectors.landing import land
from connectors.settings import RegistrySettings
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
land("vss", "2025-01", "2025-03", ["contribution"], RegistrySettings.from_uri("vss", {vss.settings.uri!r}))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "The disk is full while landing vss_contribution" in done.stderr
    assert "ANSINH_LANDING" in done.stderr
    assert [path for path in get_settings().landing_dir.rglob("*") if path.is_file()] == []
    assert ledger.batch(JANUARY)["state"] == "failed"
    assert pull(vss) == [JANUARY, FEBRUARY, MARCH]
