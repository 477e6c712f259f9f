"""Stewards: what they see, and that what they decide survives every later run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from ansinh import database
from ansinh.database import Role
from ansinh.errors import AnsinhError
from linkage import stewardship
from tests.linkage.registers import (
    AN,
    BINH,
    events,
    key,
    keys,
    link,
    put,
    put_all,
    query,
    replace_number,
    statement,
    withdraw,
)

pytestmark = pytest.mark.usefixtures("empty_registers")

SI = {"si_number": "0100000001"}


def call(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ansinh", "identity", *arguments], stdin=subprocess.DEVNULL, capture_output=True,
        text=True, check=False, cwd="/", env=os.environ | {"TERM": "dumb", "NO_COLOR": "1", "COLUMNS": "120"},
    )  # fmt: skip


def decide(verdict: str, left: str, right: str) -> int:
    return stewardship.decide(verdict, left, right, "the files were compared", "Hoa")


@pytest.fixture
def family(empty_registers: Path) -> None:
    """An, linked by his number and his insurance; Bình; and a contract that resembles neither enough."""
    put_all([
        ("person", "an", AN), ("participant", "p1", AN | SI), ("hi_card", "h1", SI), ("person", "binh", BINH),
        ("contract", "c1", {"full_name": "trần thị bình minh", "sex": "F"}),
    ])  # fmt: skip
    link()


@pytest.mark.usefixtures("family")
def test_a_steward_links_what_no_evidence_links_and_every_run_obeys() -> None:
    assert key("contract", "c1") != key("person", "binh")
    number = decide("link", "contract:c1", "person:binh")
    assert link().merges == 1
    assert key("contract", "c1") == key("person", "binh")
    assert events()[0][3] == f"decision {number}"
    for full in (False, True, False):
        link(full=full)
        assert key("contract", "c1") == key("person", "binh")
    put("contract", "c1", full_name="trần thị bình min")
    link()
    assert key("contract", "c1") == key("person", "binh")


@pytest.mark.usefixtures("family")
def test_a_steward_parts_what_an_identifier_links_and_every_run_obeys() -> None:
    together = key("person", "an")
    number = decide("unlink", "participant:p1", "person:an")
    assert link().splits == 1
    assert key("participant", "p1") == key("hi_card", "h1") != key("person", "an")
    assert together in (key("participant", "p1"), key("person", "an"))
    assert [(kind, cause) for kind, _, _, cause in events()] == [("split", f"decision {number}")]
    for full in (False, True):
        put("claim", f"new {full}", **AN)
        report = link(full=full)
        assert (report.merges, report.splits) == (0, 0)
        assert key("participant", "p1") != key("person", "an")


@pytest.mark.usefixtures("family")
def test_a_link_that_an_identifier_contradicts_holds_and_is_shown() -> None:
    decide("link", "person:an", "person:binh")
    link()
    assert key("person", "an") == key("person", "binh")
    link(full=True)
    assert key("person", "an") == key("person", "binh")
    [edge] = [edge for edge in stewardship.explain("person:an")["evidence"] if edge["method"] == "steward"]
    assert "personal_number" in edge["differ"]
    [pair] = stewardship.review()
    assert (pair["reason"], pair["left_key"]) == ("decision 1 against the personal number", pair["right_key"])
    replace_number(AN["personal_number"], BINH["personal_number"])
    link()
    assert stewardship.review() == []


@pytest.mark.usefixtures("family")
def test_a_decision_that_is_withdrawn_is_kept_and_binds_no_run() -> None:
    before = keys()
    number = decide("link", "contract:c1", "person:binh")
    link()
    done = call("withdraw", str(number), "--reason", "the wrong Bình", "--by", "Lan")
    assert (done.returncode, f"Decision {number} is withdrawn" in done.stdout) == (0, True)
    assert link().splits == 1
    assert len(set(keys().values())) == len(set(before.values()))
    [row] = stewardship.explain("contract:c1")["decisions"]
    assert (row["withdrawn_by"], row["withdrawn_reason"]) == ("Lan", "the wrong Bình")
    assert "withdrawn by Lan" in call("explain", "contract:c1").stdout
    with pytest.raises(AnsinhError, match=f"No decision {number} is in force"):
        stewardship.withdraw(number, "again", "Lan")


@pytest.mark.usefixtures("family")
def test_the_newest_decision_is_in_force() -> None:
    before = keys()
    decide("unlink", "participant:p1", "person:an")
    link()
    decide("link", "person:an", "participant:p1")
    link()
    assert key("participant", "p1") == key("person", "an")
    assert len(set(keys().values())) == len(set(before.values()))
    decisions = stewardship.explain("person:an")["decisions"]
    assert [(row["verdict"], row["withdrawn_at"] is None) for row in decisions] == [("unlink", False), ("link", True)]


@pytest.mark.usefixtures("family")
def test_a_decision_about_a_record_that_is_gone_waits_for_it() -> None:
    decide("link", "contract:c1", "person:binh")
    withdraw("contract", "c1")
    link()
    put("contract", "c1", full_name="trần bình")
    link()
    assert key("contract", "c1") == key("person", "binh")


@pytest.mark.usefixtures("family")
@pytest.mark.parametrize(
    ("left", "right", "message"),
    [
        ("person:an", "person:nobody", "There is no record person:nobody."),
        ("person:an", "99999", "There is no person 99999."),
        ("an", "person:binh", "'an' is no record and no person."),
        ("person:an", "person:an", "say the same of their person"),
    ],
)
def test_a_decision_that_cannot_be_meant_is_refused(left: str, right: str, message: str) -> None:
    with pytest.raises(AnsinhError, match=message):
        decide("link", left, right)
    assert query("select count(*) from identity.decision") == [(0,)]


@pytest.mark.usefixtures("family")
def test_a_decision_needs_a_reason_and_a_name_and_is_taken_once() -> None:
    with pytest.raises(AnsinhError, match="needs a reason and a name"):
        stewardship.decide("link", "contract:c1", "person:binh", "  ", "Hoa")
    decide("link", "contract:c1", "person:binh")
    with pytest.raises(AnsinhError, match="says that already"):
        decide("link", "person:binh", "contract:c1")


@pytest.mark.usefixtures("family")
def test_the_steward_writes_decisions_and_nothing_else() -> None:
    refused = ["update identity.node_person set person_key = 1", "delete from identity.decision",
               "update identity.decision set reason = ''", "insert into identity.edge select * from identity.edge",
               "update identity.person set merged_into = 1"]  # fmt: skip
    with database.connect(Role.STEWARD) as connection:
        for text in refused:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(text.encode())
            connection.rollback()
    with database.connect(Role.BI) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("select * from identity.node_person")


@pytest.mark.usefixtures("family")
def test_explain_shows_the_evidence_of_each_link() -> None:
    known = json.loads(call("explain", "hi_card:h1", "--json").stdout)
    assert known["person_key"] == key("person", "an")
    records = {record["number"]: f"{record['dataset']}:{record['record_id']}" for record in known["records"]}
    assert records[1] == "person:an"
    told = {frozenset({records[e["left"]], records[e["right"]]}): (e["method"], e["rule"]) for e in known["evidence"]}
    assert told[frozenset({"person:an", "participant:p1"})] == ("rule", "personal_number")
    assert told[frozenset({"participant:p1", "hi_card:h1"})] == ("rule", "si_number")
    shown = call("explain", str(key("person", "an"))).stdout
    for words in ("same personal number", "same social insurance number", "nguyễn văn an", "person:an"):
        assert words in shown


@pytest.mark.usefixtures("family")
def test_explain_shows_losing_values_with_the_reason() -> None:
    statement(f"""create view identity.person_attribute as
        select {key("person", "an")} as person_key, 'full_name' as attribute, 'nguyễn văn an' as value,
            'population' as registry, 'person' as dataset, 'an' as record_id, now() as recorded_at,
            true as is_chosen, 'the register is first' as reason""")
    try:
        assert "the register is first" in call("explain", "person:an").stdout
    finally:
        statement("drop view identity.person_attribute")


@pytest.mark.usefixtures("family")
def test_an_old_key_leads_to_the_person_in_force_and_tells_why() -> None:
    old = {key("contract", "c1"), key("person", "binh")}
    decide("link", "contract:c1", "person:binh")
    link()
    [gone] = old - {key("person", "binh")}
    done = call("explain", str(gone))
    assert f"Person {key('person', 'binh')}" in done.stdout
    assert f"person {gone} went into {key('person', 'binh')}: decision" in done.stdout


def test_review_lists_pairs_by_what_they_move_until_somebody_decides() -> None:
    shared = {"personal_number": AN["personal_number"]}
    put("person", "an", **AN)
    put("contract", "c1", **BINH | shared)
    put_all([("unemployment_decision", f"d{n}", BINH | shared | {"full_name": "lý thị mơ"}) for n in range(3)])
    put_all([("claim", f"x{n}", AN) for n in range(5)])
    link()
    assert key("contract", "c1") != key("person", "an")
    pairs = stewardship.review()
    assert pairs
    assert [pair["records"] for pair in pairs] == sorted((pair["records"] for pair in pairs), reverse=True)
    assert [pair["records"] for pair in json.loads(call("review", "--json").stdout)] == [p["records"] for p in pairs]
    shown = call("review", "--limit", "1").stdout
    assert pairs[0]["reason"].split()[0] in shown
    names = [f"{pairs[0][side]['dataset']}:{pairs[0][side]['record_id']}" for side in ("left", "right")]
    done = call("unlink", *names, "--reason", "two people", "--by", "Hoa")
    assert (done.returncode, "Decision 1 is recorded" in done.stdout) == (0, True)
    assert len(stewardship.review()) == len(pairs) - 1


def test_a_record_that_was_never_linked_is_told_plainly() -> None:
    put("person", "an", **AN)
    done = call("explain", "person:an")
    assert done.returncode == 1
    assert "person:an has not been linked yet." in done.stderr
    assert "No pair is in doubt." in call("review").stdout
