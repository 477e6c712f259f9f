"""A run: what it touches, what it tells, and that it gives what a full run would give."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from ansinh.errors import AnsinhError
from ansinh.settings import get_settings
from linkage import store
from tests.linkage.registers import AN, BINH, found, keys, link, put, put_all, query, statement, withdraw

pytestmark = pytest.mark.usefixtures("empty_registers")

_SURNAMES, _MIDDLES = ("nguyễn", "trần", "lê", "phạm", "hoàng", "vũ", "đặng"), ("văn", "thị", "đức", "ngọc", "minh")
_GIVEN = ("an", "bình", "cường", "dung", "giang", "hà", "khánh", "lan", "mai", "nam", "oanh", "phúc", "quân")


def citizen(number: int) -> dict[str, Any]:
    """Return a person that differs from every other."""
    name = f"{_SURNAMES[number % 7]} {_MIDDLES[number % 5]} {_GIVEN[number % 13]}"
    born = dt.date(1960, 1, 1) + dt.timedelta(days=97 * number % 16000)
    return {"personal_number": f"0010{born:%y}{number:06}", "full_name": name, "born_on": born, "sex": "MF"[number % 2]}


def town(size: int) -> list[tuple[str, str, dict[str, Any]]]:
    """Return persons with a participant each, and a card that knows no more than the social insurance number."""
    records = []
    for number in range(size):
        person, si_number = citizen(number), {"si_number": f"01{number:08}"}
        records += [("person", f"{number}", person), ("participant", f"{number}", person | si_number)]
        records += [("hi_card", f"{number}", si_number)]
    return records


def partition() -> set[frozenset[str]]:
    """Return which records are together, whatever their keys are."""
    together: dict[int, set[str]] = {}
    for record, person in keys().items():
        together.setdefault(person, set()).add(record)
    return set(map(frozenset, together.values()))


def test_the_first_run_is_full_and_says_what_it_did() -> None:
    put_all(town(50))
    report = link()
    assert (report.kind, report.nodes, report.fresh_nodes, report.persons) == ("full", 150, 150, 50)
    [row] = query("select kind, nodes, fresh_nodes, edges, persons, merges, splits, report from identity.run")
    assert row[:7] == ("full", 150, 150, report.edges, 50, 0, 0)
    assert row[7]["engine"]["nodes"] == 150
    assert "50 new persons" in str(report)
    assert partition() == {frozenset({f"person:{n}", f"participant:{n}", f"hi_card:{n}"}) for n in range(50)}


def test_an_increment_touches_only_what_is_new_and_what_it_connects_to() -> None:
    put_all(town(50))
    link()
    before = dict(query("select node_id, linked_at from identity.node_person"))
    edges = set(query("select left_node, right_node, run_id, made_at from identity.edge"))
    put("claim", "new", si_number="0100000007", full_name=citizen(7)["full_name"])
    put("claim", "stranger", full_name="đinh bá trung", born_on=dt.date(1955, 3, 3))
    report = link()
    assert (report.kind, report.fresh_nodes) == ("increment", 2)
    assert report.nodes <= 10
    after = dict(query("select node_id, linked_at from identity.node_person"))
    assert {node: after[node] for node in before} == before
    assert len(after) == len(before) + 2
    assert edges < set(query("select left_node, right_node, run_id, made_at from identity.edge"))
    assert frozenset({"person:7", "participant:7", "hi_card:7", "claim:new"}) in partition()
    assert frozenset({"claim:stranger"}) in partition()


def test_a_run_with_nothing_new_touches_nothing() -> None:
    put_all(town(20))
    link()
    tables = ("node_person", "edge", "doubtful", "person", "person_event")
    before = [query(f"select * from identity.{table} order by 1, 2") for table in tables]
    report = link()
    assert (report.nodes, report.fresh_nodes, report.edges, report.persons) == (0, 0, 0, 0)
    assert [query(f"select * from identity.{table} order by 1, 2") for table in tables] == before


@pytest.mark.parametrize("gone", ["the copy", "the table that was watched"])
def test_an_increment_that_finds_no_copy_of_what_stands_makes_it_anew(gone: str) -> None:
    put_all(town(10))
    link()
    if gone == "the copy":
        (get_settings().home / "linkage" / "standing.duckdb").unlink()
        withdraw("participant", "3")
    else:
        statement("""create table identity.rebuilt as
            select * from identity.record where record_id <> '3' or dataset = 'person'""")
        statement("drop table identity.record")
        statement("alter table identity.rebuilt rename to record")
    put("claim", "new", **citizen(7))
    report = link()
    assert (report.kind, report.fresh_nodes < 10) == ("increment", True)
    assert frozenset({"person:7", "participant:7", "hi_card:7", "claim:new"}) in partition()
    assert frozenset({"person:3"}) in partition()
    put("claim", "late", si_number="0100000008")
    link()
    assert frozenset({"person:8", "participant:8", "hi_card:8", "claim:late"}) in partition()


def test_evidence_that_is_found_again_stays_as_it_was() -> None:
    put_all([("person", "an", AN), ("claim", "c1", AN), ("participant", "p1", AN | {"si_number": "0100000001"})])
    first = link().run_id
    put("participant", "p1", **AN, si_number="0100000001", residence_province="79")
    second = link().run_id
    edges = dict(
        query("""select record.dataset, edge.run_id
        from identity.edge inner join identity.record on edge.left_node = record.node_id""")
    )
    assert edges == {"claim": first, "participant": second}


def test_increments_end_where_a_full_run_ends() -> None:
    records = town(40)
    # Without a number, with a slip in the name, or with the year alone: the model's part.
    for number in range(0, 40, 4):
        said = citizen(number) | {"personal_number": None}
        if number % 8:
            said["full_name"] = said["full_name"].replace("ng", "n", 1)
        records.append(("contract", f"{number}", said))
    put_all(records)
    link()
    whole = partition()
    found()
    for start in range(3):
        put_all(records[start::3])
        link()
    assert query("select kind from identity.run order by run_id") == [("full",), ("increment",), ("increment",)]
    assert partition() == whole


def test_a_newly_registered_person_takes_in_who_stood_alone() -> None:
    trung = {"full_name": "đinh bá trung", "born_on": dt.date(1955, 3, 3), "sex": "M"}
    put_all(town(30))
    put("contract", "c1", **trung)
    link()
    put("person", "late", personal_number="001055000077", **trung)
    report = link()
    assert report.merges == 0
    assert frozenset({"person:late", "contract:c1"}) in partition()


@pytest.mark.parametrize("first", ["person", "wage_income"])
def test_a_tax_code_that_is_a_personal_number_is_found_in_either_order(first: str) -> None:
    records = [
        ("person", "an", AN),
        ("wage_income", "line", {"full_name": AN["full_name"], "tax_code": AN["personal_number"]}),
    ]
    for record in sorted(records, key=lambda entry: entry[0] != first):
        put_all([record])
        link()
    assert len(partition()) == 1


def test_a_withdrawn_record_takes_its_evidence_along() -> None:
    put("person", "an", **AN)
    put("participant", "p1", **AN, si_number="0100000001")
    put("hi_card", "h1", si_number="0100000001")
    link()
    withdraw("participant", "p1")
    link()
    assert partition() == {frozenset({"person:an"}), frozenset({"hi_card:h1"})}
    assert query("select count(*) from identity.edge") == [(0,)]


def test_a_run_that_fails_leaves_everything_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    put("person", "an", **AN)
    link()
    put("person", "binh", **BINH)
    monkeypatch.setattr("linkage.store.record_run", lambda *_: (_ for _ in ()).throw(RuntimeError("the power failed")))
    with pytest.raises(RuntimeError):
        link()
    monkeypatch.undo()
    assert query("select count(*) from identity.node_person") == [(1,)]
    link()
    assert len(set(keys().values())) == 2


def test_two_runs_at_once_are_refused() -> None:
    with store.exclusive(), pytest.raises(AnsinhError, match="Another linkage run is at work"):
        link()
    assert link().nodes == 0
