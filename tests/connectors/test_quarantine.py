"""Held rows: listed, shown, corrected and let in."""

from __future__ import annotations

from typing import Any

import pytest

from ansinh.errors import AnsinhError
from connectors import quarantine
from connectors.landing import land
from connectors.loading import load

JANUARY = "vss.contribution.2025-01"


@pytest.fixture
def held(vss: Any, ledger: Any) -> Any:
    """A loaded batch with two held rows."""
    vss.execute("update contribution set kind = 'gift' where rowid in (2, 5)")
    land("vss", "2025-01", "2025-01", ["contribution"], vss.settings)
    ledger.judge()
    load("vss")
    return ledger


def test_list_and_show(held: Any) -> None:
    rows = quarantine.list_rows("vss", "contribution", "2025-01")
    assert [row["row_number"] for row in rows] == [2, 5]
    assert all("payload" not in row for row in rows)
    assert quarantine.list_rows("tax") == []
    assert len(quarantine.list_rows(limit=1)) == 1
    assert quarantine.show(rows[0]["row_id"])["payload"]["kind"] == "gift"
    with pytest.raises(AnsinhError, match="no held row 0"):
        quarantine.show(0)


def test_a_corrected_row_joins_its_batch(held: Any) -> None:
    before = held.batch(JANUARY)
    row_id = quarantine.list_rows()[0]["row_id"]
    with pytest.raises(AnsinhError, match="still held: kind is not one of"):
        quarantine.replay(row_id)
    with pytest.raises(AnsinhError, match="has no field sort"):
        quarantine.replay(row_id, values={"sort": "voluntary"})
    assert quarantine.replay(row_id, values={"kind": "voluntary"}) == "1 of 1 rows were let in."
    after = held.batch(JANUARY)
    assert after["rows_accepted"] == before["rows_accepted"] + 1
    assert after["rows_received"] == before["rows_received"]
    assert after["revision"] == before["revision"] + 1
    assert held.query("select kind from raw.vss_contribution where _row = 2") == [("voluntary",)]
    shown = quarantine.show(row_id)
    assert (shown["state"], shown["payload"]["kind"]) == ("replayed", "gift")
    with pytest.raises(AnsinhError, match="was let in before"):
        quarantine.replay(row_id, values={"kind": "voluntary"})


def test_all_held_rows_of_a_data_set_are_judged_again(held: Any) -> None:
    held.query(
        'update quarantine.row set payload = payload || \'{"kind": "voluntary"}\' where row_number = 5 returning 1'
    )
    assert quarantine.replay(registry="vss", dataset="contribution") == "1 of 2 rows were let in."
    assert [row["row_number"] for row in quarantine.list_rows()] == [2]
    assert quarantine.replay(registry="vss", dataset="payment") == "No row is held."
    with pytest.raises(AnsinhError, match="not clear which rows"):
        quarantine.replay(registry="vss")


def test_the_same_delivery_again_keeps_the_corrected_row(held: Any, vss: Any) -> None:
    quarantine.replay(quarantine.list_rows()[0]["row_id"], values={"kind": "voluntary"})
    before = held.batch(JANUARY)
    assert land("vss", "2025-01", "2025-01", ["contribution"], vss.settings) == []
    assert held.batch(JANUARY) == before
    assert held.count("raw.vss_contribution") == before["rows_accepted"]


def deliver_again(held: Any, vss: Any, change: str) -> dict[str, Any]:
    """Change the registry's table, pull the month again and load it."""
    vss.execute(change)
    assert land("vss", "2025-01", "2025-01", ["contribution"], vss.settings) == [JANUARY]
    held.judge()
    load("vss")
    batch: dict[str, Any] = held.batch(JANUARY)
    return batch


def test_a_new_delivery_of_the_batch_keeps_the_correction(held: Any, vss: Any) -> None:
    first, second = quarantine.list_rows()
    quarantine.replay(first["row_id"], values={"kind": "voluntary"})
    batch = deliver_again(held, vss, "update contribution set kind = 'present' where rowid = 5")
    assert batch["rows_quarantined"] == 1
    assert held.query("select kind from raw.vss_contribution where _row = 2") == [("voluntary",)]
    assert held.count("raw.vss_contribution") == batch["rows_accepted"]
    assert [row["row_number"] for row in quarantine.list_rows()] == [second["row_number"]]
    # And with the delivery after that one.
    deliver_again(held, vss, "update contribution set kind = 'donation' where rowid = 5")
    assert held.query("select kind from raw.vss_contribution where _row = 2") == [("voluntary",)]


def test_a_row_that_the_registry_changed_is_not_corrected(held: Any, vss: Any) -> None:
    quarantine.replay(quarantine.list_rows()[0]["row_id"], values={"kind": "voluntary"})
    batch = deliver_again(held, vss, "update contribution set kind = 'present' where rowid = 2")
    assert batch["rows_quarantined"] == 2
    assert [row["row_number"] for row in quarantine.list_rows()] == [2, 5]
    assert held.count("raw.vss_contribution") == batch["rows_accepted"]


def test_a_correction_that_breaks_a_rule_by_now_is_held(held: Any, vss: Any) -> None:
    row_id = quarantine.list_rows()[0]["row_id"]
    quarantine.replay(row_id, values={"kind": "voluntary"})
    wrong = '{"sort": "voluntary"}'
    held.query(f"update quarantine.row set correction = '{wrong}' where state = 'replayed' returning 1")
    batch = deliver_again(held, vss, "update contribution set kind = 'present' where rowid = 5")
    assert batch["rows_quarantined"] == 2
    assert [row["row_number"] for row in quarantine.list_rows()] == [2, 5]
