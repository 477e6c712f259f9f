"""Links against the truth: pairs of records, clusters, and the same by group.

Every record that names a person is in one cluster and belongs to one true person. A pair of records is right where
cluster and person are the same; the pairs are counted from the contingency table of clusters and persons, so the work
grows with the records and not with the pairs.
"""

from __future__ import annotations

from typing import Any

import duckdb


def measure(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Return `pairs` and `clusters` of the table `assigned` (cluster, person, ... one row for each record)."""
    found, true, right = (
        _number(connection, f"select sum(n * (n - 1) / 2) from (select count(*) as n from assigned group by {group})")
        for group in ("cluster", "person", "cluster, person")
    )
    over = _number(connection, _share("cluster", "count(distinct person) > 1"))
    split = _number(connection, _share("person", "count(distinct cluster) > 1"))
    # Exact: all records of the person, and nobody else's, in one cluster.
    exact = _number(connection, """
        with cell as (
            select
                count(*) = sum(count(*)) over (partition by cluster)
                and count(*) = sum(count(*)) over (partition by person) as is_exact
            from assigned group by cluster, person
        )
        select count(*) filter (where is_exact) / (select count(distinct person) from assigned) from cell
    """)  # fmt: skip
    precision, recall = right / found if found else 1.0, right / true if true else 1.0
    return {
        "pairs": {"precision": precision, "recall": recall, "f1": 2 * right / (found + true) if found + true else 1.0},
        "clusters": {"exact_share": exact, "overmerged_share": over, "split_share": split},
    }


def by_group(connection: duckdb.DuckDBPyConnection, groups: dict[str, str]) -> list[dict[str, Any]]:
    """Return precision and recall of the records of each group: of the pairs that a record is in, found and true.

    Args:
        connection: DuckDB with the table `assigned` (registry, cluster, person, ...).
        groups: SQL of a group's value over `assigned`, by the group's name.
    """
    connection.execute("""
        create or replace temp table partner as
        select
            *,
            count(*) over (partition by cluster) - 1 as found,
            count(*) over (partition by person) - 1 as true_ones,
            count(*) over (partition by cluster, person) - 1 as right_ones
        from assigned
    """)
    rows = []
    whole = [("'all'", name, value) for name, value in {"": "''", **groups}.items()]
    for registry, name, value in [*whole, ("registry", "", "''")]:
        rows += connection.execute(f"""
            select
                {registry} as registry,
                concat('{name}', {value}) as value,
                sum(right_ones) / nullif(sum(found), 0),
                sum(right_ones) / nullif(sum(true_ones), 0)
            from partner
            group by all
            order by all
        """).fetchall()
    return [
        {"registry": registry, "group": group or "all", "precision": precision, "recall": recall}
        for registry, group, precision, recall in rows
    ]


def _share(unit: str, condition: str) -> str:
    return f"select avg(hit::integer) from (select {condition} as hit from assigned group by {unit})"


def _number(connection: duckdb.DuckDBPyConnection, query: str) -> float:
    row = connection.execute(query).fetchone()
    return float(row[0] or 0) if row else 0.0
