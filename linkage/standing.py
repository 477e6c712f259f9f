"""What stands since the last run, in columns on this machine's disk, for an increment to search.

PostgreSQL holds the truth. This is a copy of it, `standing` beside the tables of a run in DuckDB: `node` with the
person of each (none if it is new), `edge` and `replaced_number`. A run that finds it as the last run left it works in
what was noted since (see `sql/watch.sql`); any other run, and every full one, makes it anew.
"""

from __future__ import annotations

import datetime as dt

import duckdb
import psycopg

from ansinh.settings import get_settings
from linkage import comparisons, store

_RECORD = {
    "node_id": "uuid", "registry": "varchar", "dataset": "varchar", "personal_number": "varchar",
    "personal_number_restored": "boolean", "number_given": "varchar", "old_id_number": "varchar",
    "si_number": "varchar", "tax_code": "varchar", "full_name": "varchar", "name_key": "varchar", "born_on": "date",
    "birth_precision": "varchar", "sex": "varchar", "province": "varchar", "residence_province": "varchar",
    "is_newborn": "boolean", "record_id": "varchar",
}  # fmt: skip
# Where a person lives differs between the records of a node: the first one that knows it counts.
_OF_RECORD = ("residence_province", "record_id")
_NODE = f"""
    select
        node_id,
        {", ".join(f"any_value({name}) as {name}" for name in _RECORD if name not in ("node_id", *_OF_RECORD))},
        arg_min(residence_province, record_id) as residence_province,
        min(record_id) as record_id,
        cast(count(*) as integer) as records,
        sorted_words(any_value(name_key)) as sorted_name
    from {{rows}}
    group by node_id
"""
_MEMBER = {"node_id": "uuid", "person_key": "bigint", "dataset": "varchar", "record_id": "varchar"}
_KEPT = {
    "edge": {
        "left_node": "uuid", "right_node": "uuid", "method": "varchar", "rule": "varchar", "probability": "double",
        "weight": "double",
    },
    "replaced_number": {"old_number": "varchar", "new_number": "varchar"},
}  # fmt: skip


def take_out(connection: psycopg.Connection, bench: duckdb.DuckDBPyConnection, last_run: dt.datetime | None) -> None:
    """Attach `standing`, up to date with `identity.record`; create `lost_node` and, for an increment, `unregistered`.

    Those are nodes that no record describes now, and nodes of persons that are not in the population register.
    Until a run has ended well it counts as unfinished, so that one that fails leaves nothing to be relied on.

    Args:
        connection: PostgreSQL; gets the temporary table `seen_number`, and what was noted is taken away.
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
    connection.execute(store.script("watched"))
    if is_current:
        # A few rows are gone from everywhere: to write the file anew costs more than to read its log next time.
        bench.execute("set checkpoint_threshold = '256MB'; pragma disable_checkpoint_on_shutdown")
        _take_changes(connection, bench)
    else:
        _take_everything(connection, bench)
        if last_run is not None:
            store.execute(bench, "unregistered")


def keep(connection: psycopg.Connection, bench: duckdb.DuckDBPyConnection, run: dt.datetime) -> None:
    """Work in what a run wrote, and note the run, by when it began, as the last.

    The caller commits in DuckDB once PostgreSQL has.
    """
    bench.begin()
    store.execute(bench, "keep")
    bench.execute("insert into standing.state values (?)", [_state(connection, run)])


def _state(connection: psycopg.Connection, run: dt.datetime) -> str:
    """Return what tells that nothing came between: the run, the files of the tables that are watched, the columns."""
    row = connection.execute("""
        select pg_relation_filenode('identity.record'), pg_relation_filenode('staging.stg_population__identity_change')
    """).fetchone()
    return repr((run.astimezone(dt.UTC).isoformat(), row, _NODE, _RECORD, _MEMBER, _KEPT))


def _take_changes(connection: psycopg.Connection, bench: duckdb.DuckDBPyConnection) -> None:
    store.take_out(
        connection,
        "delete from identity.changed_node returning node_id, records, lost_record",
        bench,
        {"node_id": "uuid", "records": "bigint", "lost_record": "varchar"},
        """create temp table seen as
        select node_id, sum(records) as gained, max(lost_record) as lost_record from {rows}
        group by node_id""",
    )
    store.execute(bench, "seen")
    connection.execute("create temp table wanted_node (node_id uuid)")
    store.put_in(bench, "select node_id from seen_new union all select node_id from moving", connection, "wanted_node")
    # A node at a time, by the index: a join would read the whole table. The first record that knows a residence counts.
    query = f"""
        select described.* from wanted_node
        cross join lateral (
            select {", ".join(_RECORD)} from identity.record
            where record.node_id = wanted_node.node_id
            order by residence_province is null, record_id limit 1
        ) as described"""
    result = "create temp table now_described as select * from {rows}"
    with store.taking_out(connection, query, bench, _RECORD, result):
        store.execute(bench, "unregistered")
    store.execute(bench, "described")


def _take_everything(connection: psycopg.Connection, bench: duckdb.DuckDBPyConnection) -> None:
    connection.execute(store.script("everything"))
    query = f"select {', '.join(_MEMBER)} from identity.node_person"
    store.take_out(connection, query, bench, _MEMBER, "create temp table member as select * from {rows}")
    query = f"select {', '.join(_RECORD)} from identity.record"
    result = f"""create or replace table standing.node as
        select described.*, member.person_key from ({_NODE}) as described left join member using (node_id)"""
    store.take_out(connection, query, bench, _RECORD, result)
    bench.execute("""
        create temp table lost_node as
        select node_id, person_key, dataset, record_id from member anti join standing.node using (node_id);
        drop table member
    """)
    for name, columns in _KEPT.items():
        query = f"select {', '.join(columns)} from identity.{name}"
        result = f"create or replace table standing.{name} as select * from {{rows}}"
        store.take_out(connection, query, bench, columns, result)
