"""Stable keys: which of the earlier keys each cluster goes on with, and what is told of merges and splits.

Pure DuckDB. Reads `cluster`, `node`, `edge`, `known_edge`, `doubtful` of the engine and what `linkage.neighbourhood`
took: `before` and `lost` (node_id, person_key), `standing_decision` (decision_id, left_node, right_node, verdict).
Creates `moved_node` (nodes whose person is new or another), `given_key` (keys given for the first time) and
`person_event` (kind, person_key, other_key, cause).
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb


@dataclass(frozen=True)
class Keys:
    """Counts: keys given anew, nodes whose person is new or another, and events by kind."""

    given: int
    moved: int
    merged: int
    split: int
    emptied: int


def assign(bench: duckdb.DuckDBPyConnection, highest: int) -> Keys:
    """Give each cluster a key: the one of most of its records, if most of that key's records are here too.

    Args:
        bench: DuckDB with the tables named above.
        highest: the highest key ever given; new keys come after it.
    """
    _vote(bench)
    _keep(bench)
    bench.execute(f"""
        create table given_key as
        select cluster_id, {highest} + row_number() over (order by cluster_id) as person_key
        from (select distinct cluster_id from cluster) as found
        where cluster_id not in (select kept.cluster_id from kept)
    """)
    bench.execute("""
        create table person_of as
        select cluster.node_id, cluster.cluster_id, coalesce(kept.person_key, given_key.person_key) as person_key
        from cluster
        left join kept on cluster.cluster_id = kept.cluster_id
        left join given_key on cluster.cluster_id = given_key.cluster_id
    """)
    bench.execute("""
        create table moved_node as
        select node_id, person_of.person_key, dataset, record_id, before.person_key is not null as was_linked
        from person_of
        inner join node using (node_id)
        left join before using (node_id)
        where before.person_key is distinct from person_of.person_key
    """)
    _tell(bench)
    return _count(bench)


def _vote(bench: duckdb.DuckDBPyConnection) -> None:
    """Create `vote`: how many records of each earlier key are in each cluster now."""
    bench.execute("""
        create table earlier as
        select node_id, person_key from before
        union all
        select node_id, person_key from lost where node_id is not null
    """)
    bench.execute("""
        create table vote as
        select cluster.cluster_id, earlier.person_key, sum(node.records) as records
        from earlier
        inner join cluster on earlier.node_id = cluster.node_id
        inner join node on earlier.node_id = node.node_id
        group by cluster.cluster_id, earlier.person_key
    """)


def _keep(bench: duckdb.DuckDBPyConnection) -> None:
    """Create `kept`: pairs of cluster and key that are each other's best, then the best of the rest, to the last.

    Among equals the older key and the smaller cluster id win, so each round finds a pair and a re-run finds the same.
    """
    bench.execute("create table kept (cluster_id uuid, person_key bigint)")
    while True:
        found = bench.execute("""
            insert into kept
            select cluster_id, person_key
            from (
                select
                    cluster_id,
                    person_key,
                    row_number() over (partition by cluster_id order by records desc, person_key) as of_cluster,
                    row_number() over (partition by person_key order by records desc, cluster_id) as of_key
                from vote
                where
                    cluster_id not in (select kept.cluster_id from kept)
                    and person_key not in (select kept.person_key from kept)
            ) as ranked
            where of_cluster = 1 and of_key = 1
        """).fetchone()
        if not found or not found[0]:
            return


def _tell(bench: duckdb.DuckDBPyConnection) -> None:
    """Create `person_event`: keys that went into another, parts that left a person, and persons without a record."""
    bench.execute("""
        create table person_event as
        with part as (
            -- Where the records of each earlier key are now, the largest part first.
            select
                vote.person_key,
                person.person_key as now_key,
                kept.person_key is not null as is_kept,
                row_number() over (partition by vote.person_key order by records desc, vote.cluster_id) as place
            from vote
            inner join (select distinct cluster_id, person_key from person_of) as person using (cluster_id)
            left join kept on vote.person_key = kept.person_key
        )

        select
            case when is_kept or place > 1 then 'split' else 'merged' end as kind,
            person_key,
            now_key as other_key,
            null::varchar as cause
        from part
        where person_key <> now_key
        union all
        select distinct 'emptied', person_key, null::bigint, 'no record of this person is left'
        from lost
        where person_key not in (select vote.person_key from vote)
    """)
    _name_causes(bench)


def _name_causes(bench: duckdb.DuckDBPyConnection) -> None:
    """Write the cause of each merge (the best evidence that crosses) and split (a decision, a doubt, changed data)."""
    bench.execute("""
        create temp table merging as
        with side as (
            select person_event.person_key, cluster.node_id, cluster.cluster_id,
                coalesce(earlier.person_key = person_event.person_key, false) as is_old
            from person_event
            inner join person_of as cluster on person_event.other_key = cluster.person_key
            left join earlier on cluster.node_id = earlier.node_id
            where kind = 'merged'
        ),

        evidence as (
            select left_node, right_node, method, rule, probability, weight from edge
            union all
            select left_node, right_node, method, rule, probability, weight from known_edge
        )

        select
            l.person_key,
            arg_max(
                case method
                    when 'rule' then concat('rule ', rule)
                    when 'model' then concat('model, probability ', round(probability, 4))
                    else concat('decision ', decided.decision_id)
                end,
                (method = 'steward', method = 'rule', weight)
            ) as cause
        from evidence
        inner join side as l on evidence.left_node = l.node_id
        inner join side as r on evidence.right_node = r.node_id and l.person_key = r.person_key and l.is_old <> r.is_old
        left join standing_decision as decided
            on
                decided.left_node = least(evidence.left_node, evidence.right_node)
                and decided.right_node = greatest(evidence.left_node, evidence.right_node)
        group by l.person_key
    """)
    bench.execute("""
        create temp table splitting as
        with parted as (
            select left_node, right_node, concat('decision ', decision_id) as cause, true as is_decision
            from standing_decision where verdict = 'unlink'
            union all
            select left_node, right_node, reason, false from doubtful
        ),

        between_persons as (
            select l.person_key as one, r.person_key as other, cause, is_decision
            from parted
            inner join person_of as l on parted.left_node = l.node_id
            inner join person_of as r on parted.right_node = r.node_id
        )

        select person_key, other_key, arg_max(between_persons.cause, is_decision) as cause
        from person_event
        inner join between_persons
            on
                least(person_key, other_key) = least(one, other)
                and greatest(person_key, other_key) = greatest(one, other)
        where kind = 'split'
        group by person_key, other_key
    """)
    bench.execute("""
        update person_event
        set cause = case kind
            when 'merged' then coalesce(
                (select m.cause from merging as m where m.person_key = person_event.person_key), 'new evidence'
            )
            else coalesce(
                (
                    select s.cause from splitting as s
                    where s.person_key = person_event.person_key and s.other_key = person_event.other_key
                ),
                case
                    when person_key in (select lost.person_key from lost) then 'a record changed or was withdrawn'
                    else 'the evidence no longer holds'
                end
            )
        end
        where cause is null
    """)


def _count(bench: duckdb.DuckDBPyConnection) -> Keys:
    row = bench.execute("""
        select
            (select count(*) from given_key),
            (select count(*) from moved_node),
            count(*) filter (where kind = 'merged'),
            count(*) filter (where kind = 'split'),
            count(*) filter (where kind = 'emptied')
        from person_event
    """).fetchone()
    assert row is not None
    return Keys(*row)
