"""Rows against their contract: types, rules and reasons, whatever form the values arrive in."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansinh.errors import AnsinhError
from connectors.contract import Contract, all_contracts, load_contract
from connectors.source import Reject
from connectors.validation import Validator


@pytest.mark.parametrize("contract", all_contracts(), ids=lambda contract: contract.name)
def test_rows_that_keep_the_contract_pass_typed_and_as_text(contract: Contract, rows: Any) -> None:
    typed = rows(contract, 20)
    for field in contract.fields:
        typed = typed.rename({field.name: field.source}) if field.source != field.name else typed
    text = typed.with_columns(
        pl.col(field.source).dt.strftime(field.date_format)
        if field.date_format
        else pl.col(field.source).cast(pl.String)
        for field in contract.fields
    )
    for delivery in (typed, text):
        checked = Validator(contract).check(delivery)
        assert checked.rejected.is_empty(), checked.rejected["reason"].to_list()
        assert dict(checked.accepted.drop("_row").schema) == contract.polars_schema()
        assert checked.accepted["_row"].to_list() == list(range(1, 21))
        assert not checked.warnings


def drug(**values: Any) -> pl.DataFrame:
    given = {
        "MA_LK": "LK1", "@NGAYLAP": "20250105", "@FILE": "f.xml", "STT": "1", "MA_THUOC": "05C", "MA_NHOM": None,
        "TEN_THUOC": None, "DON_VI_TINH": None, "SO_LUONG": "2.5", "DON_GIA": "1000", "THANH_TIEN_BV": "2500",
        "THANH_TIEN_BH": "2500", "T_BNCCT": "", "T_BHTT": None, "NGAY_YL": "202501051030",
    }  # fmt: skip
    return pl.DataFrame(
        {name: [value] for name, value in (given | values).items()}, schema=dict.fromkeys(given, pl.String)
    )


def test_values_are_read_as_the_contract_says() -> None:
    row = Validator(load_contract("health", "claim_drug")).check(drug()).accepted.row(0, named=True)
    assert row["quantity"] == Decimal("2.500")
    assert row["submitted_date"] == dt.date(2025, 1, 5)
    assert row["ordered_at"] == dt.datetime(2025, 1, 5, 10, 30)
    assert row["amount_copaid"] is None


@pytest.mark.parametrize(
    ("field", "value", "rule"),
    [
        ("SO_LUONG", "two", "type"),
        ("SO_LUONG", "-1", "minimum"),
        ("SO_LUONG", "", "required"),
        ("@NGAYLAP", "20250231", "type"),
        ("NGAY_YL", "2025-01-05", "type"),
        ("STT", "1.5", "type"),
        ("STT", "99999999999999999999", "type"),
        ("MA_NHOM", "100", "maximum"),
        ("DON_VI_TINH", "x" * 51, "max_length"),
    ],
)
def test_a_bad_value_is_held_with_the_row_as_delivered(field: str, value: str, rule: str) -> None:
    checked = Validator(load_contract("health", "claim_drug")).check(drug(**{field: value}))
    assert checked.accepted.is_empty()
    assert checked.rejected["rule"].to_list() == [rule]
    assert json.loads(checked.rejected["payload"][0])[field] == value


def test_reasons_of_one_row_are_told_together() -> None:
    checked = Validator(load_contract("health", "claim_drug")).check(drug(SO_LUONG="x", DON_GIA="-1"))
    assert checked.rejected["reason"][0] == "quantity is not a number; unit_price is below 0"


def test_digits_are_ascii() -> None:
    contract = load_contract("reference", "population")
    row = {"month": "2025-01-01", "area_list": "34", "province_code": "٠١", "sex": "M", "age_group": "Y0T5",
           "population": "5", "source": "s", "updated_at": "2025-01-31"}  # fmt: skip
    assert Validator(contract).check(pl.DataFrame(row)).rejected["field"].to_list() == ["province_code"]


def test_rows_that_could_not_be_read_count_and_are_numbered() -> None:
    validator = Validator(load_contract("health", "claim_drug"))
    checked = validator.check(drug(), [Reject("readable", None, "cut", {"file": "f"})])
    assert (validator.received, checked.accepted.height, checked.rejected.height) == (2, 1, 1)
    assert sorted([*checked.accepted["_row"], *checked.rejected["_row"]]) == [1, 2]


def test_columns_that_are_missing_or_unknown() -> None:
    validator = Validator(load_contract("health", "claim_drug"))
    with pytest.raises(AnsinhError, match="no column SO_LUONG"):
        validator.check(drug().drop("SO_LUONG"))
    checked = validator.check(drug().drop("NGAY_YL").with_columns(MA_MOI=pl.lit("1")))
    assert checked.warnings == {"unknown column MA_MOI ignored", "optional column NGAY_YL is missing"}
    assert checked.accepted["ordered_at"].to_list() == [None]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.dictionaries(st.sampled_from(["STT", "SO_LUONG", "NGAY_YL", "TEN_THUOC"]), st.text(max_size=12)), min_size=1
    )
)
def test_every_row_is_accepted_or_held_whatever_it_holds(deliveries: list[dict[str, str]]) -> None:
    validator = Validator(load_contract("health", "claim_drug"))
    rows = pl.concat([drug(**values) for values in deliveries])
    checked = validator.check(rows)
    numbers = [*checked.accepted["_row"], *checked.rejected["_row"]]
    assert sorted(numbers) == list(range(1, len(deliveries) + 1))
