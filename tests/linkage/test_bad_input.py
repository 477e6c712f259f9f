"""Bad input: nothing merges without evidence, too large clusters are cut and reviewed, the run ends with a report."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from linkage import stewardship
from tests.linkage.registers import AN, BINH, key, keys, link, put, put_all, query, replace_number

pytestmark = pytest.mark.usefixtures("empty_registers")

_WORDS = (
    "an", "bình", "cúc", "dũng", "giang", "hạnh", "khang", "lâm", "mỹ", "nga", "oanh", "phượng", "quỳnh", "sơn", "tú",
    "uyên",
)  # fmt: skip


def stranger(number: int) -> dict[str, Any]:
    """Return one of many persons who share nothing."""
    name = f"{_WORDS[number % 16]} {_WORDS[number // 16 % 16]} {_WORDS[(number * 7 + 3) % 16]}"
    born = dt.date(1950, 1, 1) + dt.timedelta(days=331 * number)
    return {"full_name": name, "born_on": born, "sex": "MF"[number % 2]}


@pytest.mark.parametrize("column", ["personal_number", "si_number", "tax_code", "old_id_number"])
def test_a_registry_that_sends_everyone_with_the_same_identifier_links_nobody(column: str) -> None:
    length = {"personal_number": 12, "old_id_number": 9}.get(column, 10)
    shared = {column: "0790850012345"[:length]}
    put_all([("claim", f"{number}", stranger(number) | shared) for number in range(60)])
    report = link()
    assert len(set(keys().values())) == 60
    assert report.detail["engine"]["worthless_identifiers"] == 1
    # A few more arrive later: the increment sees that everyone has it.
    put_all([("claim", f"{number}", stranger(number) | shared) for number in range(60, 63)])
    assert link().kind == "increment"
    assert len(set(keys().values())) == 63


@pytest.mark.parametrize("number", ["000000000000", "999999999999", "123456789012"])
def test_a_placeholder_identifier_links_nobody(number: str) -> None:
    put_all([("claim", "a", stranger(1) | {"personal_number": number}), ("hi_card", "b", {"personal_number": number}),
             ("contract", "c", {"personal_number": number})])  # fmt: skip
    link()
    assert len(set(keys().values())) == 3


def test_names_without_end_and_without_anything_do_no_harm() -> None:
    put_all([("claim", "long", {"full_name": "nguyễn " * 43, "name_key": "nguyen " * 43, "born_on": AN["born_on"]}),
             ("claim", "none", {"born_on": AN["born_on"]}), ("claim", "empty", {}),
             ("claim", "one", {"full_name": "an"}), ("person", "an", AN), ("contract", "c", AN)])  # fmt: skip
    report = link()
    assert key("person", "an") == key("contract", "c")
    assert len(set(keys().values())) == report.persons == 5


def test_a_birth_date_in_the_future_is_no_evidence_of_a_person() -> None:
    future = dt.date(2199, 1, 1)
    put_all([("person", "an", AN), ("claim", "x", AN | {"personal_number": None, "born_on": future}),
             ("claim", "y", BINH | {"personal_number": None, "born_on": future})])  # fmt: skip
    link()
    assert key("claim", "x") != key("claim", "y")
    assert key("claim", "y") != key("person", "an")


def test_a_record_that_two_rules_lead_to_two_persons_joins_one_and_is_reviewed() -> None:
    put_all([("person", "an", AN), ("participant", "a", AN | {"si_number": "0100000001"}),
             ("person", "binh", BINH), ("participant", "b", BINH | {"si_number": "0100000002"})])  # fmt: skip
    put("hi_card", "h", personal_number=AN["personal_number"], si_number="0100000002")
    link()
    assert key("person", "an") != key("person", "binh")
    assert key("hi_card", "h") in (key("person", "an"), key("person", "binh"))
    assert len(set(keys().values())) == 2
    [pair] = stewardship.review()
    assert {pair["left_key"], pair["right_key"]} == {key("person", "an"), key("person", "binh")}


def test_a_giant_cluster_is_cut_and_reviewed() -> None:
    # A chain of names, each a slip away from the next, under one insurance number.
    put_all([("claim", f"{number}", AN | {"personal_number": None, "si_number": "0100000001",
              "province": f"{number:03}"}) for number in range(120)])  # fmt: skip
    report = link(cluster_limit=50)
    sizes = query("select count(*) from identity.node_person group by person_key")
    assert max(size for (size,) in sizes) <= 50
    assert report.detail["engine"]["cut_clusters"] >= 1
    assert report.doubtful
    assert any("large" in pair["reason"] for pair in stewardship.review())
    assert link(cluster_limit=50).persons == 0


def test_replaced_numbers_that_run_in_a_circle_or_to_two_persons_lead_nowhere() -> None:
    put_all([("person", "an", AN), ("person", "binh", BINH), ("hi_card", "h", {"personal_number": "001080000009"})])
    replace_number("001080000009", AN["personal_number"])
    replace_number("001080000009", BINH["personal_number"])
    replace_number(AN["personal_number"], BINH["personal_number"])
    replace_number(BINH["personal_number"], AN["personal_number"])
    link()
    assert key("hi_card", "h") not in (key("person", "an"), key("person", "binh"))


def test_an_empty_country_is_linked_too() -> None:
    report = link()
    assert (report.nodes, report.persons, report.kind) == (0, 0, "full")
    assert query("select count(*) from identity.run") == [(1,)]
