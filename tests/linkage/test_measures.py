"""The evaluation: pairs, clusters and groups from a table of records, and a country through the whole way."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from bench import linkage, pairs

# Person 1 has four records in clusters 1 and 2; person 2 has two in cluster 2; person 3 one of its own.
RECORDS = [(1, 1, "F", "a"), (1, 1, "F", "a"), (1, 1, "F", "b"), (2, 1, "F", "b"), (2, 2, "M", "a"), (2, 2, "M", "b"),
           (3, 3, "M", "a")]  # fmt: skip


@pytest.fixture
def assigned() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("create table assigned (cluster integer, person integer, sex varchar, registry varchar)")
    connection.executemany("insert into assigned values (?, ?, ?, ?)", RECORDS)
    return connection


def test_pairs_and_clusters(assigned: duckdb.DuckDBPyConnection) -> None:
    measured = pairs.measure(assigned)
    # Found: 3 + 3 pairs, true: 6 + 1, right: 3 + 0 + 1.
    assert measured["pairs"] == pytest.approx({"precision": 4 / 6, "recall": 4 / 7, "f1": 8 / 13})
    assert measured["clusters"] == pytest.approx(
        {"exact_share": 1 / 3, "overmerged_share": 1 / 3, "split_share": 1 / 3}
    )


def test_groups_are_measured_by_the_pairs_of_their_records(assigned: duckdb.DuckDBPyConnection) -> None:
    rows = {(row["registry"], row["group"]): row for row in pairs.by_group(assigned, {"sex=": "sex"})}
    assert set(rows) == {("all", "all"), ("all", "sex=F"), ("all", "sex=M"), ("a", "all"), ("b", "all")}
    assert rows["all", "sex=F"] | {"precision": 6 / 8, "recall": 6 / 12} == pytest.approx(rows["all", "sex=F"])
    assert rows["all", "sex=M"] | {"precision": 2 / 4, "recall": 1.0} == pytest.approx(rows["all", "sex=M"])


@pytest.mark.slow
def test_a_country_of_three_times_the_errors(home: Path) -> None:
    measured = linkage.run(2_000, 3.0, increment=True)
    assert measured["pairs"]["precision"] >= 0.999
    assert measured["pairs"]["recall"] >= 0.98
    assert measured["clusters"]["overmerged_share"] <= 1e-3
    whole = measured["pairs"]["recall"]
    registries = [row for row in measured["by"] if row["registry"] != "all"]
    assert all(row["recall"] >= whole - 0.02 for row in registries)
    assert measured["increment"]["fresh_nodes"] < measured["records"]
