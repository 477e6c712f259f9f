"""Contracts: read once, the source of everything else, and the only place that lists fields."""

from __future__ import annotations

import re
from pathlib import Path

import pyarrow as pa
import pytest

from ansinh.errors import AnsinhError
from ansinh.settings import PROJECT_ROOT
from connectors import contract as contracts
from connectors import generate
from connectors.contract import all_contracts, datasets, load_contract, registries


def test_registries_and_data_sets() -> None:
    assert registries() == ["health", "labour", "population", "reference", "tax", "vss"]
    assert "contribution" in datasets("vss")
    assert {(c.registry, c.dataset) for c in all_contracts()} == {(r, d) for r in registries() for d in datasets(r)}
    with pytest.raises(AnsinhError, match="no registry 'customs'"):
        datasets("customs")
    with pytest.raises(AnsinhError, match="no contract vss_gift"):
        load_contract("vss", "gift")


def test_a_contract_gives_schema_keys_and_rules() -> None:
    claim = load_contract("health", "claim")
    assert (claim.name, claim.raw_table, claim.source_table) == ("health_claim", "raw.health_claim", "XML1")
    assert claim.primary_key == ("claim_id",)
    assert [rule.expression for rule in claim.row_rules][1] == "discharged_at >= admitted_at"
    drug = load_contract("health", "claim_drug").arrow_schema()
    assert drug.field("quantity").type == pa.decimal128(18, 3)
    assert drug.field("ordered_at").type == pa.timestamp("us")
    assert load_contract("vss", "contribution").primary_key == ("si_number", "month", "kind", "unit_code")


def test_the_raw_table_has_the_fields_and_where_each_row_came_from() -> None:
    text = load_contract("vss", "e_account").create_table_sql()
    assert text.startswith("create table if not exists raw.vss_e_account (\n    account_id text,\n")
    assert "_batch_id text not null" in text
    assert text.endswith("partition by list (_batch_id)")


def test_keys_cursor_and_rules_name_fields() -> None:
    for contract in all_contracts():
        names = {field.name for field in contract.fields}
        assert contract.primary_key
        assert set(contract.primary_key) <= names
        assert contract.cursor_field in names | {"file"}
        assert len({field.source for field in contract.fields}) == len(contract.fields)
        for field in contract.fields:
            assert field.classification in ("personal", "sensitive", "internal")
            assert field.arrow_type() is not None


def test_a_broken_contract_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (contracts.CONTRACTS / "vss_payment.yaml").read_text()
    (tmp_path / "vss_payment.yaml").write_text(text.replace("property: transport", "property: carriage"))
    monkeypatch.setattr(contracts, "CONTRACTS", tmp_path)
    with pytest.raises(AnsinhError, match=r"vss_payment\.yaml cannot be read"):
        load_contract("vss", "payment")


def test_generated_files_agree_with_the_contracts(tmp_path: Path) -> None:
    generate.check()
    paths = generate.write(tmp_path)
    generate.check(tmp_path)
    paths[0].write_text("changed")
    with pytest.raises(AnsinhError, match="does not agree with the contracts"):
        generate.check(tmp_path)


def test_nothing_else_lists_the_fields_of_a_data_set() -> None:
    """What moves and checks data takes the fields from the contracts; models choose among them, so they name some."""
    rooms = ("core", "connectors", "expectations", "publication", "dags")
    for path in (path for room in rooms for path in (PROJECT_ROOT / room).rglob("*")):
        if path.suffix not in (".py", ".sql", ".yml", ".yaml", ".json") or path.parent == contracts.CONTRACTS:
            continue
        words = set(re.findall(r"\w+", path.read_text(encoding="utf-8")))
        for contract in all_contracts():
            names = {field.name for field in contract.fields}
            assert len(names & words) < 0.75 * len(names), f"{path} repeats {contract.name}: {sorted(names & words)}"
