"""What a run looks at: everything, or what is new or changed since the last run and what that may connect to.

An increment searches `standing` for whoever carries the identifiers of fresh nodes, and for look-alikes by the keys
that the model is blocked on. Persons come whole, with the evidence that made them.
"""

from __future__ import annotations

import datetime as dt

import duckdb
import psycopg
from psycopg import sql

from linkage import blocking, store

_DECISION = {"decision_id": "bigint", "left_node": "uuid", "right_node": "uuid", "verdict": "varchar"}
_LOST = {"node_id": "uuid", "person_key": "bigint"}


def find_changes(connection: psycopg.Connection, bench: duckdb.DuckDBPyConnection, since: dt.datetime) -> None:
    """Create the tables of what is new since the last run, and `standing_decision` and `lost` for the keys.

    Args:
        connection: PostgreSQL; gets temporary tables, of which `changed_number` is written back.
        bench: DuckDB with `standing`, see `linkage.standing`.
        since: decisions that were taken or withdrawn since then are new.
    """
    literal = sql.Literal(since).as_string(connection)
    connection.execute(store.script("decisions").replace(b"%(since)s", literal.encode()))
    connection.execute(store.script("changed_numbers"))
    for query, columns, result in (
        (f"select {', '.join(_DECISION)} from decided", _DECISION, "create table standing_decision"),
        ("select node_id from newly_decided", {"node_id": "uuid"}, "create temp table newly_decided"),
        (
            "select old_number, new_number, is_new from changed_number",
            {"old_number": "varchar", "new_number": "varchar", "is_new": "boolean"},
            "create temp table changed_number",
        ),
    ):
        store.take_out(connection, query, bench, columns, f"{result} as select * from {{rows}}")
    _execute(bench, "changes")
    _find_lost(connection, bench)


def take_all(bench: duckdb.DuckDBPyConnection) -> None:
    """Fill the tables of the engine and of the keys with every node, all fresh; earlier evidence is left behind."""
    bench.execute("""
        create temp table looked_at as select node_id, true as is_fresh from standing.node;
        create table before as
        select node_id, person_key from standing.member semi join standing.node using (node_id)
    """)
    _execute(bench, "take")


def take_neighbourhood(bench: duckdb.DuckDBPyConnection) -> None:
    """Fill the tables of the engine and of the keys with the fresh nodes and what they may connect to."""
    for name in ("fresh_nodes", "holders", "unsettled_nodes"):
        _execute(bench, name)
    _find_look_alikes(bench)
    for name in ("whole_persons", "take"):
        _execute(bench, name)


def registered_persons(bench: duckdb.DuckDBPyConnection) -> int:
    """Return the size of the population register, in descriptions."""
    row = bench.execute("select count(*) from standing.node where dataset = 'person'").fetchone()
    return int(row[0]) if row else 0


def _execute(bench: duckdb.DuckDBPyConnection, name: str) -> None:
    bench.execute(store.script(f"neighbourhood/{name}").decode())


def _find_lost(connection: psycopg.Connection, bench: duckdb.DuckDBPyConnection) -> None:
    """Create `lost`: keys of lost nodes, with the new node of a record that describes its person in another way."""
    connection.execute("create temp table lost_node (node_id uuid, person_key bigint, dataset text, record_id text)")
    store.put_in(bench, "select * from lost_node", connection, "lost_node")
    store.take_out(
        connection,
        """select record.node_id, lost_node.person_key
        from lost_node
        left join identity.record as record
            on lost_node.dataset = record.dataset and lost_node.record_id = record.record_id""",
        bench,
        _LOST,
        """create table lost as
        select new_node.node_id, described.person_key
        from {rows} as described
        left join new_node on described.node_id = new_node.node_id""",
    )


def _find_look_alikes(bench: duckdb.DuckDBPyConnection) -> None:
    """Create `look_alike`, nodes that unsettled fresh nodes resemble, and `rejudged`, whom a new person resembles."""
    described = blocking.columns("node_id", "is_person", "is_fresh")
    bench.execute(f"create temp table described as {described} from searched")
    unregistered = "(select * from described where not is_person)"
    arrived = "(select * from described where is_person and is_fresh)"
    blocking.pairs(bench, unregistered, arrived, "met", blocking.BLOCKS, "true")
    bench.execute("create temp table rejudged as select distinct l as node_id from met")
    unsettled = """(
        select * from described
        where not is_person and (is_fresh or unique_id in (select rejudged.node_id from rejudged))
    )"""
    blocking.pairs(bench, unsettled, "described", "alike", blocking.BLOCKS, "l.unique_id <> r.unique_id")
    bench.execute("""
        create temp table look_alike as
        select node_id from rejudged
        union
        select r from alike
    """)
