"""What a run looks at: everything, or what is new or changed since the last run and what that may connect to.

An increment asks PostgreSQL for the fresh nodes and for whoever carries their identifiers, and DuckDB for look-alikes
by the keys that the model is blocked on. Persons come whole, with the evidence that made them.
"""

from __future__ import annotations

import datetime as dt

import duckdb
import psycopg
from psycopg import sql

from linkage import blocking, comparisons, rest, store

_ATTRIBUTES = {
    "node_id": "uuid", "registry": "varchar", "dataset": "varchar", "personal_number": "varchar",
    "personal_number_restored": "boolean", "number_given": "varchar", "old_id_number": "varchar",
    "si_number": "varchar", "tax_code": "varchar", "full_name": "varchar", "name_key": "varchar", "born_on": "date",
    "birth_precision": "varchar", "sex": "varchar", "province": "varchar", "residence_province": "varchar",
    "is_newborn": "boolean", "is_fresh": "boolean",
}  # fmt: skip
_DESCRIPTION = {
    "is_person": "boolean",
    **{name: _ATTRIBUTES[name] for name in (
        "node_id", "is_fresh", "personal_number", "number_given", "old_id_number", "full_name", "name_key", "born_on",
        "birth_precision", "sex", "residence_province",
    )},
}  # fmt: skip
_EDGE = {
    "left_node": "uuid", "right_node": "uuid", "method": "varchar", "rule": "varchar", "probability": "double",
    "weight": "double",
}  # fmt: skip
_NUMBER = {"old_number": "varchar", "new_number": "varchar"}
_DECISION = {"decision_id": "bigint", "left_node": "uuid", "right_node": "uuid", "verdict": "varchar"}
_KEY = {"node_id": "uuid", "person_key": "bigint"}


def find_changes(connection: psycopg.Connection, since: dt.datetime) -> None:
    """Create the temporary tables of what is new since the last run (see `sql/changes.sql`)."""
    literal = sql.Literal(since).as_string(connection)
    connection.execute(store.script("changes").replace(b"%(since)s", literal.encode()))


def take_all(connection: psycopg.Connection, bench: duckdb.DuckDBPyConnection) -> None:
    """Fill the tables of the engine and of the keys with every node, all fresh; earlier evidence is left behind."""
    connection.execute(store.script("take_all"))
    _take(connection, bench)


def take_neighbourhood(connection: psycopg.Connection, bench: duckdb.DuckDBPyConnection) -> None:
    """Fill the tables of the engine and of the keys with the fresh nodes and what they may connect to."""
    for name in ("fresh_nodes", "holders", "unsettled_nodes"):
        connection.execute(store.script(name))
    _add_look_alikes(connection, bench)
    connection.execute(store.script("whole_persons"))
    _take(connection, bench)


def registered_persons(connection: psycopg.Connection) -> int:
    """Return the size of the population register, in records."""
    row = connection.execute("select count(*) from identity.record where dataset = 'person'").fetchone()
    return int(row[0]) if row else 0


def _take(connection: psycopg.Connection, bench: duckdb.DuckDBPyConnection) -> None:
    """Fill the engine's tables, and `node_record`, `standing_decision`, `before` and `lost` for the keys."""
    described = ", ".join(f"any_value({name}) as {name}" for name in list(_ATTRIBUTES)[1:])
    store.take_out(
        connection,
        f"select {', '.join(_ATTRIBUTES)}, record_id from taken_record",
        bench,
        _ATTRIBUTES | {"record_id": "varchar"},
        f"""create table taken as
        select node_id, {described}, count(*) as records, min(record_id) as record_id from {{rows}} group by node_id""",
    )
    bench.execute("insert into node select * exclude (record_id) from taken")
    bench.execute("create table node_record as select node_id, dataset, record_id from taken")
    bench.execute("drop table taken")
    for table, columns, statement in (
        ("taken_edge", _EDGE, "insert into known_edge"),
        ("taken_number", _NUMBER, "insert into replaced_number"),
        ("decided", _DECISION, "create table standing_decision as"),
        ("taken_node where node_id not in (select node_id from lost_node)", _KEY, "create table before as"),
        ("kept_record", _KEY, "create table lost as"),
    ):
        query = f"select {', '.join(columns)} from {table}"
        store.take_out(connection, query, bench, columns, f"{statement} select * from {{rows}}")
    bench.execute("insert into decision select left_node, right_node, verdict from standing_decision")


def _add_look_alikes(connection: psycopg.Connection, bench: duckdb.DuckDBPyConnection) -> None:
    """Fill `look_alike`: nodes that unsettled fresh nodes resemble, and those that a newly registered person does."""
    comparisons.prepare(bench)
    store.take_out(
        connection,
        f"select {', '.join(_DESCRIPTION)} from described_record",
        bench,
        _DESCRIPTION,
        f"""create table described as {rest.columns("node_id", "is_person", "is_fresh")}
        from (select distinct on (node_id) * from {{rows}})""",
    )
    unregistered = "(select * from described where not is_person)"
    arrived = "(select * from described where is_person and is_fresh)"
    blocking.pairs(bench, unregistered, arrived, "met", blocking.BLOCKS, "true")
    unsettled = """(
        select * from described
        where not is_person and (is_fresh or unique_id in (select met.l from met))
    )"""
    blocking.pairs(bench, unsettled, "described", "alike", blocking.BLOCKS, "l.unique_id <> r.unique_id")
    near = "select distinct l, true from met union all select distinct r, false from alike"
    store.put_in(bench, near, connection, "look_alike")
    connection.execute("analyze look_alike")
    for table in ("described", "met", "alike"):
        bench.execute(f"drop table {table}")
