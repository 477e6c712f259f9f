"""Rules: identifiers that name and birth date do not contradict."""

from __future__ import annotations

import pytest

from tests.linkage.nodes import link, node

AN, BINH, SI = "001080000001", "027190000002", "0100000001"
AN_PERSON = node("an", "person", "Nguyễn Văn An", "1980-01-02", personal_number=AN, sex="M")
BINH_PERSON = node("binh", "person", "Trần Thị Bình", "1990-05-06", personal_number=BINH, sex="F")
AN_PARTICIPANT = node("an si", "participant", "NGUYEN VAN AN", "1980-01-02", personal_number=AN, si_number=SI)


@pytest.mark.parametrize(
    ("full_name", "born"),
    [
        ("nguyễn văn an", "1980"),  # only the year known
        ("nguyen van an", "1980-02-01"),  # day and month exchanged
        ("an nguyễn văn", "1980-01-02"),  # another order
        ("nguyễn an", "1980-01-02"),  # middle name missing
        ("nguyễn văn anh", "1975-03-03"),  # one letter, another date
        ("lê thị hoa", "1980-01-02"),  # another name, the same day
        ("nguyễn văn an", "1955-12-31"),  # the same name, another day
        (None, None),
    ],
)
def test_a_number_holds_unless_name_and_birth_both_contradict_it(full_name: str | None, born: str | None) -> None:
    claim = node("claim", "claim", full_name, born, personal_number=AN)
    linked = link([AN_PERSON, claim])
    assert linked.together("an", "claim")
    assert linked.edges["claim", "an"] == "personal_number"


@pytest.mark.parametrize("born", ["1991-02-03", None])
def test_a_number_that_name_and_birth_contradict_is_no_link_but_a_doubt(born: str | None) -> None:
    linked = link([AN_PERSON, node("claim", "claim", "lê thị hoa", born, personal_number=AN)])
    assert not linked.together("an", "claim")
    assert linked.doubtful["claim", "an"] == "name and birth date contradict personal_number"


def test_the_rule_says_what_was_done_to_the_number() -> None:
    second = node("second", "person", "Nguyễn Văn An", "1980-01-02", personal_number="001080000009")
    lost = node("lost", "contract", "nguyễn văn an", "1980", personal_number=AN, personal_number_restored=True)
    old = node("old", "contract", "nguyễn văn an", "1980", personal_number="001080000009")
    linked = link([AN_PERSON, second, lost, old], replaced=[("001080000009", AN)])
    assert linked.together("an", "second", "lost", "old")
    assert {linked.edges["lost", "an"], linked.edges["old", "an"]} == {
        "personal_number_restored", "personal_number_replaced",
    }  # fmt: skip


def test_records_without_a_name_follow_the_social_insurance_number_before_the_personal_number() -> None:
    # The card carries the number of somebody else, mistyped.
    card = node("card", "hi_card", personal_number=BINH, si_number=SI)
    linked = link([AN_PERSON, BINH_PERSON, AN_PARTICIPANT, card])
    assert linked.together("an", "an si", "card")
    assert not linked.together("an", "binh")
    assert linked.doubtful["card", "binh"] == "two persons"


def test_the_chain_of_identifiers_leads_to_the_person() -> None:
    nodes = [
        AN_PERSON, AN_PARTICIPANT, node("account", "e_account", si_number=SI),
        node("contributor", "contribution", si_number=SI), node("leave", "sick_leave", si_number=SI),
    ]  # fmt: skip
    assert link(nodes).together("an", "an si", "account", "contributor", "leave")


@pytest.mark.parametrize("code", ["8012345678", AN])
def test_tax_codes_lead_to_the_number_that_replaced_them(code: str) -> None:
    tax = node("tax", "wage_income", "nguyen van an", tax_code=code)
    assert link([AN_PERSON, BINH_PERSON, tax], replaced=[("8012345678", AN)]).together("an", "tax")


def test_old_cards_are_not_unique_and_need_name_and_birth() -> None:
    card = {"old_id_number": "012345671"}
    namesake = node("namesake", "person", "Trần Thị Bình", "1990-05-06", personal_number=BINH, **card)
    nodes = [AN_PERSON | card, namesake, node("contract", "contract", "nguyễn văn an", "1980", **card)]
    linked = link(nodes)
    assert linked.together("an", "contract")
    assert not linked.together("an", "namesake")
    assert not link([AN_PERSON | card, node("other", "contract", "lê văn an", "1980", **card)]).together("an", "other")


def test_newborns_under_a_parents_name_and_number_stay_apart() -> None:
    mother = node("mother", "person", "Trần Thị Bình", "1990-05-06", personal_number=BINH, sex="F")
    si = node("mother si", "participant", "Trần Thị Bình", "1990-05-06", personal_number=BINH, si_number=SI)
    newborn = node(
        "newborn", "claim", "trần thị bình", "2025-03-01", si_number=SI, personal_number=BINH, is_newborn=True
    )
    assert not link([mother, si, newborn]).together("mother", "newborn")


def test_newborns_with_a_number_of_their_own_are_found_under_a_parents_name() -> None:
    child = node("child", "person", "Trần Minh Khôi", "2025-03-01", personal_number="001225000001")
    si = node("child si", "participant", "Trần Minh Khôi", "2025-03-01", personal_number="001225000001", si_number=SI)
    newborn = node("newborn", "claim", "trần thị bình", "2025-03-01", si_number=SI, is_newborn=True)
    assert link([BINH_PERSON, child, si, newborn]).together("child", "newborn")


def test_pairs_grow_with_the_nodes_not_with_their_square() -> None:
    claims = [node(f"claim {i}", "claim", f"nguyễn văn an{'h' * (i % 2)}", "1980", si_number=SI, number_given=str(i))
              for i in range(40)]  # fmt: skip
    assert len(link([AN_PERSON, AN_PARTICIPANT, *claims]).edges) == len(claims) + 1
