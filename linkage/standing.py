"""What stands since the last run, in columns on this machine's disk, for an increment to search.

PostgreSQL holds the truth. This is a copy of it, `standing` beside the tables of a run in DuckDB: `node`, `member` (the
persons of nodes), `edge` and `replaced_number`. A run that finds it as the last run left it works in the descriptions
that changed since; any other run, and every full one, makes it anew.
"""

from __future__ import annotations

import datetime as dt

import duckdb
import psycopg

from ansinh.settings import get_settings
from linkage import comparisons, store

_ATTRIBUTES = {
    "node_id": "uuid", "registry": "varchar", "dataset": "varchar", "personal_number": "varchar",
    "personal_number_restored": "boolean", "number_given": "varchar", "old_id_number": "varchar",
    "si_number": "varchar", "tax_code": "varchar", "full_name": "varchar", "name_key": "varchar", "born_on": "date",
    "birth_precision": "varchar", "sex": "varchar", "province": "varchar", "residence_province": "varchar",
    "is_newborn": "boolean", "record_id": "varchar",
}  # fmt: skip
_NODE = f"""
    select
        node_id,
        {", ".join(f"any_value({name}) as {name}" for name in list(_ATTRIBUTES)[1:-1])},
        cast(count(*) as integer) as records,
        min(record_id) as record_id,
        sorted_words(any_value(name_key)) as sorted_name
    from {{rows}}
    group by node_id
"""
_KEPT = {
    "member": {"node_id": "uuid", "person_key": "bigint", "dataset": "varchar", "record_id": "varchar"},
    "edge": {
        "left_node": "uuid", "right_node": "uuid", "method": "varchar", "rule": "varchar", "probability": "double",
        "weight": "double",
    },
    "replaced_number": {"old_number": "varchar", "new_number": "varchar"},
}  # fmt: skip


def take_out(connection: psycopg.Connection, bench: duckdb.DuckDBPyConnection, last_run: dt.datetime | None) -> None:
    """Attach `standing`, up to date with `identity.record`; create `seen`, the nodes that may be new or lost.

    Until a run has ended well it counts as unfinished, so that one that fails leaves nothing to be relied on.

    Args:
        connection: PostgreSQL; gets the temporary table `seen_change`, the noted changes that are worked in by this.
        bench: DuckDB; gets the functions of `linkage.comparisons`.
        last_run: when the run began that must have left it; None makes it anew.
    """
    folder = get_settings().home / "linkage"
    comparisons.prepare(bench)
    bench.execute(f"attach '{folder / 'standing.duckdb'}' as standing")
    bench.execute("create table if not exists standing.state (state varchar)")
    found = bench.execute("select state from standing.state").fetchall()
    bench.execute("delete from standing.state")
    is_current = last_run is not None and found == [(_state(connection, last_run),)]
    if not is_current:
        connection.execute(store.script("watch"))
    connection.execute("create temp table seen_change as select change_id, node_id from identity.changed_node")
    connection.execute("analyze seen_change")
    if is_current:
        # A few rows are gone from everywhere: to write the file anew costs more than to read its log next time.
        bench.execute("set checkpoint_threshold = '256MB'; pragma disable_checkpoint_on_shutdown")
        _take_changes(connection, bench)
    else:
        _take_everything(connection, bench)


def keep(connection: psycopg.Connection, bench: duckdb.DuckDBPyConnection, run: dt.datetime) -> None:
    """Work in what a run wrote, and note the run, by when it began, as the last.

    The caller commits in DuckDB once PostgreSQL has.
    """
    bench.begin()
    bench.execute(store.script("neighbourhood/keep").decode())
    bench.execute("insert into standing.state values (?)", [_state(connection, run)])


def _state(connection: psycopg.Connection, run: dt.datetime) -> str:
    """Return what tells that nothing came between: the run, the file of the table that was watched, the columns."""
    row = connection.execute("select pg_relation_filenode('identity.record')").fetchone()
    return repr((run.astimezone(dt.UTC).isoformat(), row, _NODE, _ATTRIBUTES, _KEPT))


def _take_changes(connection: psycopg.Connection, bench: duckdb.DuckDBPyConnection) -> None:
    query = f"""
        select {", ".join(_ATTRIBUTES)}
        from (select distinct node_id from seen_change) as seen
        left join identity.record using (node_id)
    """
    store.take_out(connection, query, bench, _ATTRIBUTES, f"create temp table changed as {_NODE}")
    bench.execute("""
        create temp table seen as select node_id, record_id is not null as is_described from changed;
        delete from standing.node where node_id in (select seen.node_id from seen);
        insert into standing.node select * from changed where record_id is not null;
        drop table changed
    """)


def _take_everything(connection: psycopg.Connection, bench: duckdb.DuckDBPyConnection) -> None:
    query = f"select {', '.join(_ATTRIBUTES)} from identity.record"
    store.take_out(connection, query, bench, _ATTRIBUTES, f"create or replace table standing.node as {_NODE}")
    for name, columns in _KEPT.items():
        source = "identity.node_person" if name == "member" else f"identity.{name}"
        query = f"select {', '.join(columns)} from {source}"
        store.take_out(
            connection, query, bench, columns, f"create or replace table standing.{name} as select * from {{rows}}"
        )
    bench.execute("""
        create temp table seen as
        select node_id, true as is_described from standing.node
        union all
        select node_id, false from standing.member anti join standing.node using (node_id)
    """)
