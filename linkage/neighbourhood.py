"""What a run looks at: everything, or what is new or changed since the last run and what that may connect to.

An increment searches `standing` for whoever carries the identifiers of fresh nodes. Those that belong to a known person
without any doubt are attached to it at once. For the others it also finds look-alikes, by the keys that the model is
blocked on; persons come whole, with the evidence that made them.
"""

from __future__ import annotations

import datetime as dt

import duckdb
import psycopg
from psycopg import sql

from linkage import blocking, preparation, rules, store
from linkage.settings import LinkageSettings

_DECISION = {"decision_id": "bigint", "left_node": "uuid", "right_node": "uuid", "verdict": "varchar"}
_LOST = {"node_id": "uuid", "person_key": "bigint"}


def find_changes(connection: psycopg.Connection, bench: duckdb.DuckDBPyConnection, since: dt.datetime) -> None:
    """Create the tables of what is new since the last run, and `standing_decision` and `lost` for the keys.

    Args:
        connection: PostgreSQL; gets temporary tables, of which `changed_replacement` is written back.
        bench: DuckDB with `standing`, see `linkage.standing`.
        since: decisions that were taken or withdrawn since then are new.
    """
    literal = sql.Literal(since).as_string(connection)
    connection.execute(store.script("decisions").replace(b"%(since)s", literal.encode()))
    connection.execute(store.script("changed_replacements"))
    for query, columns, result in (
        (f"select {', '.join(_DECISION)} from decided", _DECISION, "create table standing_decision"),
        ("select node_id from newly_decided", {"node_id": "uuid"}, "create temp table newly_decided"),
        (
            "select old_number, new_number, is_new from changed_replacement",
            {"old_number": "varchar", "new_number": "varchar", "is_new": "boolean"},
            "create temp table changed_replacement",
        ),
    ):
        store.take_out(connection, query, bench, columns, f"{result} as select * from {{rows}}")
    store.execute(bench, "changes")
    _find_lost(connection, bench)


def take_all(bench: duckdb.DuckDBPyConnection) -> None:
    """Fill the tables of the engine and of the keys with every node, all fresh; earlier evidence is left behind."""
    bench.execute("create temp view looked_at as select *, true as is_fresh from standing.node")
    store.execute(bench, "take")


def attach(bench: duckdb.DuckDBPyConnection, limits: LinkageSettings) -> None:
    """Create `attached`, new nodes that belong to a known person without doubt, and `attached_edge`, their evidence.

    From then on they stand like those that an earlier run linked. Other tables hold the rest of the fresh nodes.
    """
    for name in ("shared_identifier_limit", "cluster_limit"):
        bench.execute(f"set variable {name} = {getattr(limits, name)}")
    for name in ("fresh_nodes", "holders", "led_nodes", "attached"):
        store.execute(bench, name)
    evidence = " union all ".join(
        f"""
        select node_id as left_node, hub as right_node, 'rule' as method, rule, 1.0::double as probability, weight
        from (select *, {rules.evidence(rule)} from meeting where kind = '{rule.identifier}')
        where node_id in (select attached.node_id from attached)
        """
        for rule in rules.RULES
    )
    bench.execute(f"create temp table attached_edge as {evidence}")
    bench.execute("insert into standing.edge from attached_edge")


def take_neighbourhood(bench: duckdb.DuckDBPyConnection) -> None:
    """Fill the tables of the engine and of the keys with the fresh nodes and what they may connect to."""
    store.execute(bench, "unsettled_nodes")
    _find_look_alikes(bench)
    for name in ("near_persons", "take"):
        store.execute(bench, name)


def count_attached(bench: duckdb.DuckDBPyConnection) -> tuple[int, int]:
    """Return how many nodes were attached that were not looked at again for another's sake, and their evidence."""
    alone = "where node_id not in (select node.node_id from node)"
    evidence = "where left_node not in (select node.node_id from node)"
    return preparation.count(bench, f"attached {alone}"), preparation.count(bench, f"attached_edge {evidence}")


def registered_persons(bench: duckdb.DuckDBPyConnection) -> int:
    """Return the size of the population register, in descriptions."""
    return preparation.count(bench, "standing.node where dataset = 'person'")


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
        left join (select node_id from standing.node where person_key is null) as new_node
            on described.node_id = new_node.node_id""",
    )


def _find_look_alikes(bench: duckdb.DuckDBPyConnection) -> None:
    """Create `look_alike`, persons that unsettled fresh nodes resemble; whom a new person resembles is judged anew."""
    described = blocking.columns("node_id", "person_key", "is_person", "is_fresh")
    bench.execute(f"create temp table described as {described} from searched")
    unregistered = "(select * from described where not is_person)"
    arrived = "(select * from described where is_person and is_fresh)"
    blocking.pairs(bench, unregistered, arrived, "met", blocking.BLOCKS, "true")
    bench.execute("""
        insert into fresh_person
        select distinct person_key
        from described inner join met on described.unique_id = met.l
        where person_key is not null and person_key not in (select fresh_person.person_key from fresh_person)
    """)
    unsettled = """(
        select * from described
        where not is_person and (is_fresh or person_key in (select fresh_person.person_key from fresh_person))
    )"""
    blocking.pairs(bench, unsettled, "described", "alike", blocking.BLOCKS, "l.unique_id <> r.unique_id")
    bench.execute("""
        create temp table look_alike as
        select distinct person_key
        from described inner join alike on described.unique_id = alike.r
        where person_key is not null
    """)
