"""Comparisons: what counts as agreement between two descriptions of a person."""

from __future__ import annotations

import duckdb
import pytest
from splink import Linker, SettingsCreator
from splink.backends.duckdb import DuckDBAPI
from splink.comparison_library import CustomComparison

from linkage import comparisons

ROW = {"full_name": "nguyễn văn hoà", "name_key": "nguyen van hoa", "born_on": "1980-01-02", "birth_precision": "day",
       "number": "001080000001", "sex": "M"}  # fmt: skip


def level(comparison: CustomComparison, left: dict[str, str | None], right: dict[str, str | None]) -> str:
    """Return the label of the level that two rows fall in."""
    with duckdb.connect() as connection:
        comparisons.prepare(connection)
        connection.execute("""create table row (unique_id integer, full_name varchar, name_key varchar, born_on date,
            birth_precision varchar, number varchar, sex varchar)""")
        for number, row in enumerate((ROW | left, ROW | right)):
            connection.execute("insert into row values (?, ?, ?, ?, ?, ?, ?)", [number, *row.values()])
        settings = SettingsCreator("dedupe_only", [comparison], [], additional_columns_to_retain=[])
        database = DuckDBAPI(connection)
        linker = Linker(database.register("row"), settings, log_level=None)
        connection.execute("create table pair as select '0' as match_key, 0 as join_key_l, 1 as join_key_r")
        linker.table_management.register_blocked_pairs_for_predict(database.register("pair"))
        scored = linker.inference.predict(warning_mode="never")
        gamma = f"gamma_{comparison.create_output_column_name()}"
        row = connection.execute(f"select {gamma} from {scored.physical_name}").fetchone()
    levels = comparison.get_comparison("duckdb").comparison_levels
    return next(entry.label_for_charts for entry in levels if row and entry.comparison_vector_value == row[0])


def named(full_name: str | None) -> dict[str, str | None]:
    with duckdb.connect() as connection:
        row = connection.execute("select replace(strip_accents(?), 'đ', 'd')", [full_name]).fetchone()
    return {"full_name": full_name, "name_key": row[0] if row else None}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("nguyễn văn hoa", "Exact match on name_key"),
        ("hoà nguyễn văn", "words in another order"),
        ("nguyễn hoà", "middle name missing"),
        ("nguyễn văn hoàh", "similar"),
        ("trần thị bình", "All other comparisons"),
        (None, "name_key is NULL"),
        ("x" * 300, "All other comparisons"),
    ],
)
def test_names(name: str | None, expected: str) -> None:
    assert level(comparisons.name(), {}, named(name)) == expected
    assert level(comparisons.name(), named(name), {}) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("nguyễn văn hoà", "same diacritics"),
        ("nguyễn văn hòa", "same diacritics"),  # the tone mark on the other letter
        ("nguyen van hoa", "one without diacritics"),
        ("nguyễn văn hoa", "All other comparisons"),
        ("trần thị bình", "another name"),
        (None, "another name"),
    ],
)
def test_diacritics_of_the_same_name(name: str | None, expected: str) -> None:
    assert level(comparisons.marks(), {}, named(name)) == expected
    assert level(comparisons.marks(), named(name), {}) == expected


@pytest.mark.parametrize(
    ("born", "precision", "expected"),
    [
        ("1980-01-02", "day", "same day"),
        ("1980-07-01", "year", "same year, day unknown"),
        ("1980-02-01", "day", "day and month exchanged"),
        ("1980-01-12", "day", "one digit of the date"),
        ("1981-07-01", "year", "All other comparisons"),
        ("1955-12-31", "day", "All other comparisons"),
    ],
)
def test_birth_dates(born: str, precision: str, expected: str) -> None:
    assert level(comparisons.birth(), {}, {"born_on": born, "birth_precision": precision}) == expected


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("001080000001", "Exact match on number"),
        ("001080000007", "one slip"),
        ("01080000001", "one slip"),  # a digit lost
        ("001080000010", "one slip"),  # two exchanged
        ("001080000077", "two slips"),
        ("027190000002", "All other comparisons"),
    ],
)
def test_identifiers(number: str, expected: str) -> None:
    assert level(comparisons.identifier("number"), {}, {"number": number}) == expected


def test_a_change_of_a_code_weighs_as_it_was_told_whatever_the_training_data() -> None:
    levels = comparisons.code("sex", changes=0.15).get_comparison("duckdb").as_dict()["comparison_levels"]
    assert [entry.get("m_probability") for entry in levels] == [None, 0.85, 0.15]
    assert all(entry["fix_m_probability"] for entry in levels[1:])
