"""The engine: what the model adds to the rules, and input that must do no harm."""

from __future__ import annotations

from typing import Any

import pytest

from ansinh.errors import AnsinhError
from tests.linkage.nodes import link, node

AN = "001080000001"
AN_PERSON = node("an", "person", "Nguyễn Văn Khoát", "1980-01-02", personal_number=AN, sex="M")


def people(count: int, **more: Any) -> list[dict[str, Any]]:
    """Return persons of the population register who share nothing but what is given."""
    words = ["an", "binh", "cuong", "dung", "giang", "hai", "khanh", "lam", "minh", "nam"]
    return [
        node(f"person {i}", "person", f"{words[i % 10]} {words[i // 10 % 10]} {words[i // 100]}",
             f"{1940 + i % 60}-{i % 12 + 1:02}-{i % 28 + 1:02}", personal_number=f"0011{i % 60 + 40:02}{i:06}", **more)
        for i in range(count)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "born", "more"),
    [
        ("nguyen van khoat", "1980-01-02", {}),
        ("khoát nguyễn văn", "1980-01-02", {"sex": "M"}),
        ("nguyễn văn khoáth", "1980-01-02", {"personal_number": "001080000007"}),
        ("nguyễn văn khoát", "1980-02-01", {"sex": "M", "personal_number": "001080000007"}),
        ("nguyễn văn khoát", None, {"personal_number": "001080000051"}),
        ("nguyễn văn khoát", "1980", {"number_given": "00108000001"}),
    ],
)
def test_the_model_finds_whom_no_identifier_leads_to(name: str, born: str | None, more: dict[str, str]) -> None:
    linked = link([AN_PERSON, node("contract", "contract", name, born, **more)])
    assert linked.together("an", "contract")
    assert linked.edges["contract", "an"] == "model"


@pytest.mark.parametrize(
    ("name", "born", "more"),
    [
        ("nguyễn văn khoát", None, {}),  # a name alone
        ("trần thị bình", "1980-01-02", {}),  # a birth date alone
        ("nguyễn văn khoát", "1980-01-02", {"personal_number": "079180123456"}),  # another number
        ("nguyễn văn khoát", "1980-01-02", {"is_newborn": True}),
        (None, None, {}),
        ("", "1980-01-02", {}),
    ],
)
def test_nothing_merges_without_evidence(name: str | None, born: str | None, more: dict[str, Any]) -> None:
    linked = link([AN_PERSON, node("claim", "claim", name, born, **more)])
    assert sorted(map(sorted, linked.clusters)) == [["an"], ["claim"]]


def test_two_persons_of_one_name_and_day_leave_a_record_open() -> None:
    twin = node("other", "person", "Nguyễn Văn Khoát", "1980-01-02", personal_number="079080000002", sex="M")
    record = node("contract", "contract", "nguyễn văn khoát", "1980-01-02")
    linked = link([AN_PERSON, twin, record])
    assert {"contract"} in linked.clusters
    assert linked.doubtful == {
        ("contract", "an"): "probability below the threshold", ("contract", "other"): "probability below the threshold",
    }  # fmt: skip


def test_of_two_namesakes_the_one_of_the_same_province_is_chosen() -> None:
    twin = node("other", "person", "Nguyễn Văn Khoát", "1980-01-02", personal_number="079080000002", sex="M",
                residence_province="79")  # fmt: skip
    record = node("participant", "participant", "nguyễn văn khoát", "1980-01-02", residence_province="01", sex="M")
    linked = link([AN_PERSON | {"residence_province": "01"}, twin, record])
    assert linked.together("an", "participant")


def test_records_outside_the_register_find_each_other() -> None:
    pair = [node(name, "contract", "Lò Thị Ngoãn", "1971-11-23", sex="F") for name in ("one", "two")]
    linked = link([AN_PERSON, pair[0], pair[1] | {"sex": None, "full_name": "lo thi ngoan"}])
    assert linked.together("one", "two")


def test_a_second_run_on_the_same_nodes_gives_the_same() -> None:
    nodes = [*people(30), *(person | {"node_id": node(f"copy {i}", "claim")["node_id"], "name": f"copy {i}",
             "dataset": "claim", "registry": "health"} for i, person in enumerate(people(30)))]  # fmt: skip
    first, second = link(nodes), link(list(reversed(nodes)))
    assert sorted(map(sorted, first.clusters)) == sorted(map(sorted, second.clusters))
    assert first.edges == second.edges


# Input that must do no harm.


@pytest.mark.parametrize("column", ["personal_number", "si_number", "tax_code", "old_id_number"])
@pytest.mark.parametrize("names", [True, False])
def test_a_registry_that_sends_everyone_with_one_identifier(column: str, names: bool) -> None:
    value = {"personal_number": AN, "si_number": "0100000009", "tax_code": "8012345678", "old_id_number": "012345671"}
    everyone = people(60)
    participants = [
        person | {"dataset": "participant", "registry": "vss", "name": f"si {i}",
                  "node_id": node(f"si {i}", "participant")["node_id"], "si_number": f"02{i:08}"}
        for i, person in enumerate(everyone)
    ]  # fmt: skip
    records = [
        node(f"record {i}", "claim" if names else "hi_card", person["full_name"] if names else None,
             str(person["born_on"]) if names else None,
             **{"si_number": f"02{i:08}", "personal_number": person["personal_number"], column: value[column]})
        for i, person in enumerate(everyone)
    ]  # fmt: skip
    linked = link([AN_PERSON, *everyone, *participants, *records])
    assert max(len(cluster) for cluster in linked.clusters) <= 3
    assert all(linked.together(f"person {i}", f"record {i}") for i in range(60))
    assert linked.report.worthless_identifiers == 1


@pytest.mark.parametrize("placeholder", ["000000000000", "111111111111", "012345678901"])
def test_placeholder_identifiers_lead_nowhere(placeholder: str) -> None:
    records = [node(f"card {i}", "hi_card", personal_number=placeholder, si_number=f"02{i:08}") for i in range(4)]
    assert len(link([AN_PERSON, *records]).clusters) == 5


@pytest.mark.parametrize(
    "changes",
    [
        {"full_name": "nguyễn " * 43, "name_key": "nguyen " * 43},  # 300 characters
        {"full_name": None, "name_key": None},
        {"born_on": "2190-01-01"},
        {"born_on": "0001-01-01"},
        {"birth_precision": None, "born_on": None},
    ],
)
def test_strange_values_are_no_evidence_and_stop_nothing(changes: dict[str, Any]) -> None:
    record = node("claim", "claim", "nguyễn văn khoát", "1980-01-02", sex="M") | changes
    same_number = record | {"name": "numbered", "node_id": node("numbered", "claim")["node_id"], "personal_number": AN}
    linked = link([AN_PERSON, record, same_number])
    assert not linked.together("an", "claim")
    assert linked.together("an", "numbered")


def test_a_birth_date_in_the_future_is_not_known() -> None:
    future = node("claim", "claim", "nguyễn văn khoát", "2190-01-01", personal_number=AN)
    assert link([AN_PERSON, future]).together("an", "claim")


def test_one_record_that_rules_lead_to_two_persons() -> None:
    binh = node("binh", "person", "Nguyễn Văn Khoát", "1980-01-02", personal_number="027080000002")
    participant = node(
        "si", "participant", "Nguyễn Văn Khoát", "1980-01-02", personal_number=AN, si_number="0100000001"
    )
    claim = node("claim", "claim", "nguyễn văn khoát", "1980", personal_number="027080000002", si_number="0100000001")
    linked = link([AN_PERSON, binh, participant, claim])
    assert not linked.together("an", "binh")
    assert len(linked.clusters) == 2
    assert list(linked.doubtful.values()) == ["two persons"]
    assert linked.report.cut_clusters == 1


def test_a_steward_wins_over_an_identifier() -> None:
    contract = node("contract", "contract", "nguyễn văn khoát", "1980-01-02", personal_number=AN)
    linked = link([AN_PERSON, contract], decisions=[("contract", "an", "unlink")])
    assert not linked.together("an", "contract")
    assert linked.doubtful == {("contract", "an"): "unlinked by a steward"}


def test_a_steward_joins_what_no_evidence_joins() -> None:
    other = node("other", "person", "Lê Hoa", "1999-09-09", personal_number="027199000002")
    linked = link([AN_PERSON, other], decisions=[("an", "other", "link")])
    assert linked.together("an", "other")
    assert linked.edges["an", "other"] == "link"


def test_a_decision_that_is_none() -> None:
    with pytest.raises(AnsinhError, match="maybe"):
        link([AN_PERSON, node("a", "claim")], decisions=[("an", "a", "maybe")])


def test_an_oversize_cluster_is_cut_and_reviewed() -> None:
    claims = [node(f"claim {i}", "claim", "nguyễn văn khoát", "1980", personal_number=AN, number_given=str(i))
              for i in range(50)]  # fmt: skip
    linked = link([AN_PERSON, *claims], cluster_limit=20)
    assert max(len(cluster) for cluster in linked.clusters) == 20
    assert set(linked.doubtful.values()) == {"cluster too large"}


def test_an_increment_keeps_known_evidence_and_judges_only_what_is_fresh() -> None:
    old = [AN_PERSON | {"is_fresh": False}, node("card", "hi_card", si_number="0100000001") | {"is_fresh": False}]
    linked = link([*old, node("account", "e_account", si_number="0100000001")],
                  known=[("card", "an", "rule", "personal_number")])  # fmt: skip
    assert linked.together("an", "card", "account")
    assert link(old).edges == {}


def test_no_nodes() -> None:
    assert link([]).report.clusters == 0
