"""Nodes written by hand, linked by the engine in a DuckDB of their own: no server, no registers."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

import duckdb

from linkage import engine, model
from linkage.engine import Report
from linkage.settings import LinkageSettings

_REGISTRY = {
    "person": "population", "contract": "labour", "unemployment_decision": "labour", "wage_income": "tax",
    "claim": "health", "sick_leave": "health",
}  # fmt: skip


@dataclass(frozen=True)
class Linked:
    """What the engine made of nodes, which go by the names that the test gave them."""

    report: Report
    clusters: list[set[str]]
    edges: dict[tuple[str, str], str]
    doubtful: dict[tuple[str, str], str]
    weights: dict[tuple[str, str], float]

    def together(self, *names: str) -> bool:
        """Whether all these nodes are one person."""
        return any(set(names) <= cluster for cluster in self.clusters)


def node(name: str, dataset: str, full_name: str | None = None, born: str | None = None, **more: Any) -> dict[str, Any]:
    """Return a node; `born` is a year or a day, the name gets its key without diacritics by itself."""
    year_only = born is not None and len(born) == 4
    born_on = None if born is None else dt.date.fromisoformat(f"{born}-07-01" if year_only else born)
    return {
        "node_id": node_id(name), "registry": _REGISTRY.get(dataset, "vss"), "dataset": dataset,
        "full_name": full_name and full_name.lower(), "born_on": born_on,
        "birth_precision": born and ("year" if year_only else "day"), "is_fresh": True, "records": 1,
        "name": name, **more,
    }  # fmt: skip


def link(
    nodes: list[dict[str, Any]],
    *,
    replaced: list[tuple[str, str]] | None = None,
    decisions: list[tuple[str, str, str]] | None = None,
    known: list[tuple[str, str, str, str]] | None = None,
    registered_persons: int | None = 1_000_000,
    **settings: Any,
) -> Linked:
    """Link nodes in a country of a million persons.

    Args:
        nodes: made by `node`.
        replaced: old and new identifiers.
        decisions: names of two nodes and the verdict.
        known: known edges: names of two nodes, method, rule.
        registered_persons: size of the population register.
        settings: other limits.
    """
    names = {str(entry["node_id"]): entry["name"] for entry in nodes}
    with duckdb.connect() as connection:
        engine.create_tables(connection)
        columns = [row[0] for row in connection.execute("describe node").fetchall()]
        for entry in nodes:
            values = [entry.get(column) for column in columns]
            connection.execute(f"insert into node values ({', '.join('?' * len(columns))})", values)
        connection.execute(
            "update node set name_key = nullif(replace(strip_accents(full_name), 'đ', 'd'), '') where name_key is null"
        )
        for old, new in replaced or []:
            connection.execute("insert into replaced_number values (?, ?)", [old, new])
        for left, right, verdict in decisions or []:
            connection.execute("insert into decision values (?, ?, ?)", [node_id(left), node_id(right), verdict])
        for left, right, method, rule in known or []:
            connection.execute(
                "insert into known_edge values (?, ?, ?, ?, 1.0, 30.0)", [node_id(left), node_id(right), method, rule]
            )
        limits = LinkageSettings(registered_persons=registered_persons, **settings)
        report = engine.link(connection, model.load(), limits)
        clusters: dict[str, set[str]] = {}
        for member, cluster in connection.execute("select node_id, cluster_id from cluster").fetchall():
            clusters.setdefault(str(cluster), set()).add(names[str(member)])

        def pairs(table: str, column: str) -> dict[tuple[str, str], Any]:
            rows = connection.execute(f"select left_node, right_node, {column} from {table}").fetchall()
            return {(names[str(left)], names[str(right)]): value for left, right, value in rows}

        return Linked(
            report, list(clusters.values()), pairs("edge", "rule"), pairs("doubtful", "reason"),
            pairs("edge", "weight"),
        )  # fmt: skip


def node_id(name: str) -> uuid.UUID:
    """Return the identifier of a node by its name."""
    return uuid.uuid5(uuid.NAMESPACE_OID, name)
