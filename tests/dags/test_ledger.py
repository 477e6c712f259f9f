"""What a stage still has to work in."""

import datetime as dt
from pathlib import Path

import pytest

from ansinh import ledger
from ansinh.database import Role, connect
from ansinh.errors import AnsinhError


def batch(batch_id: str, state: str = "loaded", revision: int = 1) -> None:
    registry, dataset, period = batch_id.split(".")
    moment = dt.datetime(2025, 3, 5, tzinfo=dt.UTC) if state == "loaded" else None
    with connect(Role.LOADER) as connection:
        connection.execute(
            "insert into ingest.batch (batch_id, registry, dataset, period, state, revision, contract_version,"
            " code_version, loaded_at) values (%s, %s, %s, %s, %s, %s, '1', '1', %s) on conflict (batch_id) do update"
            " set state = excluded.state, revision = excluded.revision,"
            " loaded_at = coalesce(excluded.loaded_at, batch.loaded_at)",
            [batch_id, registry, dataset, period, state, revision, moment],
        )


def test_loaded_batches_are_new_until_they_are_marked(empty_warehouse: Path) -> None:
    batch("vss.contribution.2025-01")
    batch("vss.contribution.2025-02", "landed")
    assert ledger.unprocessed("warehouse") == {"vss.contribution.2025-01": 1}
    ledger.mark("warehouse", ledger.unprocessed("warehouse"))
    assert ledger.unprocessed("warehouse") == {}
    assert ledger.unprocessed("another consumer") == {"vss.contribution.2025-01": 1}


def test_a_corrected_batch_is_new_again(empty_warehouse: Path) -> None:
    batch("vss.contribution.2025-01")
    ledger.mark("warehouse", {"vss.contribution.2025-01": 1})
    batch("vss.contribution.2025-01", revision=2)
    assert ledger.unprocessed("warehouse") == {"vss.contribution.2025-01": 2}
    # A correction that came while the build ran is not covered by what the build began with.
    ledger.mark("warehouse", {"vss.contribution.2025-01": 1})
    assert ledger.unprocessed("warehouse") == {"vss.contribution.2025-01": 2}


def test_the_newest_month_is_the_newest_loaded(empty_warehouse: Path) -> None:
    with pytest.raises(AnsinhError):
        ledger.latest_period()
    batch("vss.contribution.2025-01")
    batch("vss.contribution.2025-02", "rejected")
    assert ledger.latest_period() == "2025-01"
    # What was loaded before stays in force when a new delivery of it is refused.
    batch("vss.contribution.2025-01", "rejected")
    assert ledger.latest_period() == "2025-01"
