"""Keys stay: over re-runs, merges, splits and changed records; what happens to them is told with its cause."""

from __future__ import annotations

import pytest

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
    withdraw,
)  # fmt: skip

pytestmark = pytest.mark.usefixtures("empty_registers")

SI = {"si_number": "0100000001"}


def test_a_rerun_changes_no_key() -> None:
    put("person", "an", **AN)
    put("participant", "p1", **AN, **SI)
    put("participant", "p2", **BINH)
    link()
    before = query("select * from identity.node_person order by 1")
    again, full = link(), link(full=True)
    assert query("select * from identity.node_person order by 1") == before
    assert (again.kind, full.kind) == ("increment", "full")
    assert {again.persons, again.merges, again.splits, full.persons, full.merges, full.splits} == {0}
    assert events() == []


def test_new_evidence_merges_two_persons_and_the_old_key_leads_to_the_other() -> None:
    put_all([("person", "an", AN), ("hi_card", "c1", SI), ("hi_card", "c2", SI | {"full_name": "nguyễn văn an"})])
    link()
    person, card = key("person", "an"), key("hi_card", "c1")
    assert person != card
    put("participant", "p1", **AN, **SI)
    report = link()
    assert report.merges == 1
    assert len(set(keys().values())) == 1
    kept = key("person", "an")
    [(kind, gone, into, cause)] = events()
    assert (kind, {gone, into}, into) == ("merged", {person, card}, kept)
    assert cause.startswith("rule ")
    assert query("select merged_into from identity.person where person_key = %s", gone) == [(kept,)]


def test_a_chain_of_merges_leads_to_the_last_key() -> None:
    put("person", "an", **AN)
    put("hi_card", "c1", **SI)
    put("hi_card", "c2", tax_code="8000000001")
    link()
    first = key("person", "an")
    put("participant", "p1", **SI, tax_code="8000000001")
    link()
    put("participant", "p2", **AN, **SI)
    link()
    assert len(set(keys().values())) == 1
    redirected = query("select distinct merged_into from identity.person where merged_into is not null")
    assert redirected == [(key("person", "an"),)]
    assert query("select count(*) from identity.person where merged_into is null") == [(1,)]
    assert first in {key("person", "an"), *(row[1] for row in events())}


def test_most_records_keep_the_key_of_a_person_that_falls_apart() -> None:
    put("person", "an", **AN)
    put("participant", "p1", **AN, **SI)
    put_all([("e_account", f"a{number}", SI) for number in range(3)])
    link()
    together = key("person", "an")
    assert len(set(keys().values())) == 1
    put("participant", "p1", **BINH, **SI)
    report = link()
    assert (report.splits, report.merges) == (1, 0)
    assert key("e_account", "a0") == key("participant", "p1") == together
    assert key("person", "an") != together
    assert events() == [("split", together, key("person", "an"), "a record changed or was withdrawn")]


def test_a_record_that_says_something_else_keeps_its_person() -> None:
    put("contract", "c1", full_name="lê văn cường")
    link()
    before = key("contract", "c1")
    put("contract", "c1", full_name="lê văn cương")
    link()
    assert key("contract", "c1") == before
    assert events() == []


def test_a_person_without_records_is_told_and_its_key_is_not_given_again() -> None:
    put("contract", "c1", full_name="lê văn cường")
    link()
    gone = key("contract", "c1")
    withdraw("contract", "c1")
    put("contract", "c2", full_name="phạm thị dung")
    link()
    assert events() == [("emptied", gone, None, "no record of this person is left")]
    assert key("contract", "c2") > gone
    put("contract", "c1", full_name="lê văn cường")
    link()
    assert key("contract", "c1") > key("contract", "c2")


def test_a_replaced_number_joins_what_stood_under_both() -> None:
    put("person", "an", **AN)
    put("hi_card", "h1", personal_number="001080000009")
    link()
    assert key("hi_card", "h1") != key("person", "an")
    replace_number("001080000009", AN["personal_number"])
    report = link()
    assert report.fresh_nodes
    assert len(set(keys().values())) == 1
    assert link().fresh_nodes == 0
