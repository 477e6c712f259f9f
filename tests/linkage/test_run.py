"""A run: what it touches, what it tells, and that it gives what a full run would give."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import duckdb
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


def test_a_description_whose_person_is_certain_joins_it_alone() -> None:
    put_all(town(20))
    put("claim", "old", **citizen(7), si_number="0100000007")
    link()
    put("claim", "new", **citizen(7) | {"birth_precision": "month"}, si_number="0100000007")
    put("hi_card", "nameless", si_number="0100000007", personal_number=citizen(7)["personal_number"])
    report = link()
    assert (report.nodes, report.fresh_nodes, report.detail["attached"], report.edges) == (2, 2, 2, 4)
    together = {"person:7", "participant:7", "hi_card:7", "claim:old", "claim:new", "hi_card:nameless"}
    assert frozenset(together) in partition()
    evidence = query("""select edge.rule, edge.weight, hub.dataset, edge.run_id
        from identity.edge
        inner join identity.record on edge.left_node = record.node_id
        inner join identity.record as hub on edge.right_node = hub.node_id
        where record.record_id = 'new' order by edge.rule""")
    # A name and a birth date that agree add two bits each.
    assert evidence == [
        ("personal_number", 34, "person", report.run_id),
        ("si_number", 35, "participant", report.run_id),
    ]


@pytest.mark.parametrize(
    "said",
    [
        {"si_number": "0100000007", "personal_number": citizen(8)["personal_number"]},
        {"si_number": "0100000007", "full_name": "đinh bá trung"},
        {"personal_number": "000000000000", "full_name": citizen(7)["full_name"]},
        {"si_number": "0100000009", "full_name": citizen(9)["full_name"]},
        {"si_number": "0100000007", "full_name": citizen(7)["full_name"], "is_newborn": True},
    ],
    ids=["two persons", "another name", "a placeholder", "a person of no register", "a newborn"],
)
def test_a_description_whose_person_is_uncertain_is_judged(said: dict[str, Any]) -> None:
    records = [record for record in town(20) if record[:2] != ("person", "9")]
    put_all([*records, ("claim", "placeholder", citizen(7) | {"personal_number": "000000000000"})])
    link()
    put("claim", "new", **said)
    put("claim", "certain", **citizen(11), si_number="0100000011")
    report = link()
    assert report.detail["attached"] == 1
    assert frozenset({"person:11", "participant:11", "hi_card:11", "claim:certain"}) in partition()
    increment = partition()
    link(full=True)
    assert partition() == increment


def test_a_new_number_that_two_descriptions_share_is_judged_with_both() -> None:
    put_all(town(20))
    link()
    put("claim", "seven", full_name=citizen(7)["full_name"], si_number="0100000007", old_id_number="200000001")
    put("claim", "eight", full_name=citizen(8)["full_name"], si_number="0100000008", old_id_number="200000001")
    assert link().detail["attached"] == 0


@pytest.mark.parametrize("limits", [{"cluster_limit": 4}, {"shared_identifier_limit": 1}])
def test_a_person_at_a_limit_takes_nobody_in_without_judgement(limits: dict[str, int]) -> None:
    put_all(town(10))
    put("claim", "old", **citizen(7) | {"full_name": "nguyễn van"}, si_number="0100000007")
    link(**limits)
    put("claim", "new", **citizen(7), si_number="0100000007")
    report = link(**limits)
    assert (report.fresh_nodes, report.detail["attached"]) == (1, 0)


def test_known_evidence_that_a_cluster_refuses_later_goes() -> None:
    numbers, tax_code = (AN["personal_number"], BINH["personal_number"]), "8000000001"
    put("wage_income", "line", full_name=AN["full_name"], personal_number=numbers[0], tax_code=tax_code)
    put("participant", "p1", full_name=AN["full_name"], personal_number=numbers[1], tax_code=tax_code)
    link()
    assert query("select rule from identity.edge") == [("tax_code",)]
    # Of persons without a name nothing but their number tells.
    put("person", "an", personal_number=numbers[0])
    put("person", "binh", personal_number=numbers[1])
    assert link().fresh_nodes == 2
    assert query("select rule from identity.edge") == [("personal_number",), ("personal_number",)]
    assert partition() == {frozenset({"person:an", "wage_income:line"}), frozenset({"person:binh", "participant:p1"})}


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
    put("participant", "p1", **AN, si_number="0100000001", tax_code="8000000001")
    second = link().run_id
    edges = dict(
        query("""select record.dataset, edge.run_id
        from identity.edge inner join identity.record on edge.left_node = record.node_id""")
    )
    assert edges == {"claim": first, "participant": second}


def test_who_moves_stays_the_same_description() -> None:
    put_all(town(5))
    put("participant", "3", **citizen(3), si_number="0100000003", residence_province="01")
    link()
    before = query("select * from identity.node_person order by node_id")
    put("participant", "3", **citizen(3), si_number="0100000003", residence_province="79")
    assert link().nodes == 0
    assert query("select * from identity.node_person order by node_id") == before
    with duckdb.connect(get_settings().home / "linkage" / "standing.duckdb", read_only=True) as standing:
        assert standing.execute(
            "select residence_province from node where residence_province is not null"
        ).fetchall() == [("79",)]


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


def careless(size: int, chance: random.Random) -> list[tuple[str, str, dict[str, Any]]]:
    """Return persons of whom some are in no register, and papers of every kind with every kind of mistake."""
    records: list[tuple[str, str, dict[str, Any]]] = []

    def other() -> int:
        return chance.randrange(size)

    for number in range(size):
        person, si_number, tax_code = citizen(number), {"si_number": f"01{number:08}"}, f"80{number:08}"
        if number % 7:
            records.append(("person", f"{number}", person | {"old_id_number": f"{200000000 + number}"}))
        if number % 4:
            records.append(("participant", f"{number}", person | si_number | {"tax_code": tax_code}))
        if number % 3:
            records.append(("hi_card", f"{number}", si_number))
        if number % 5 < 2:
            code = tax_code if number % 5 else person["personal_number"]
            records.append(("wage_income", f"{number}", {"full_name": person["full_name"], "tax_code": code}))
        mistakes: list[dict[str, Any]] = [
            {"full_name": person["full_name"].replace("n", "m", 1)}, {"full_name": citizen(other())["full_name"]},
            {"personal_number": None}, {"personal_number": citizen(other())["personal_number"]},
            {"personal_number": "000000000000"}, {"si_number": None}, {"si_number": f"01{other():08}"},
            {"old_id_number": f"{200000000 + number}"}, {"is_newborn": True, "born_on": dt.date(2025, 3, 3)},
        ]  # fmt: skip
        for paper in range(chance.randint(0, 3)):
            said = person | si_number | chance.choice([{}, {"residence_province": "79"}])
            said |= chance.choice(mistakes) if chance.random() < 0.6 else {}
            records.append((chance.choice(["claim", "contract", "benefit_decision"]), f"{number}-{paper}", said))
    return records


@pytest.mark.parametrize("seed", range(3))
def test_records_of_every_kind_are_linked_the_same_in_whatever_order_they_come(seed: int) -> None:
    chance = random.Random(seed)
    records = careless(30, chance)
    put_all(records)
    link()
    whole = partition()
    found()
    chance.shuffle(records)
    records.sort(key=lambda record: record[0] not in ("person", "participant"))
    # The registers without their last entries, then the rest by and by.
    put_all(records[:40])
    link()
    attached = 0
    for start in range(3):
        put_all(records[40 + start :: 3])
        attached += link().detail["attached"]
    assert attached > 5
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
