"""Who is who: from nodes to edges to clusters, in DuckDB alone.

A node is one distinct description of a person in one data set; many records share it. The caller fills the tables
`node`, `replaced_number`, `decision` and `known_edge` (see `create_tables`), `link` fills `edge`, `cluster` and
`doubtful`. The engine knows no registry but by the name of its data sets, and reads nothing else.
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from linkage import cluster, comparisons, preparation, rest, rules
from linkage.model import Model
from linkage.preparation import count
from linkage.settings import LinkageSettings

TABLES = {
    "node": """
        node_id uuid, registry varchar, dataset varchar, personal_number varchar, personal_number_restored boolean,
        number_given varchar, old_id_number varchar, si_number varchar, tax_code varchar, full_name varchar,
        name_key varchar, born_on date, birth_precision varchar, sex varchar, province varchar,
        residence_province varchar, is_newborn boolean, is_fresh boolean, records integer, record_id varchar""",
    "replaced_number": "old_number varchar, new_number varchar",
    "decision": "left_node uuid, right_node uuid, verdict varchar",
    "known_edge": """
        left_node uuid, right_node uuid, method varchar, rule varchar, probability double, weight double""",
    "edge": """
        left_node uuid, right_node uuid, method varchar, rule varchar, probability double, weight double""",
    "cluster": "node_id uuid, cluster_id uuid",
    "doubtful": """
        left_node uuid, right_node uuid, probability double, weight double, reason varchar, records integer""",
}
"""Tables of a run. `replaced_number` takes every replaced identifier: personal numbers (12 digits), tax codes (10) and
old identity cards (9), each with the personal number in force. `edge` gets the evidence that is not known yet."""


@dataclass(frozen=True)
class Report:
    """What a run did; counts are of nodes unless named otherwise."""

    nodes: int
    fresh_nodes: int
    edges: dict[str, int]
    clusters: int
    doubtful: dict[str, int]
    worthless_identifiers: int
    cut_clusters: int
    seconds: dict[str, float]

    def as_dict(self) -> dict[str, Any]:
        """Return the report for JSON."""
        return asdict(self)


def create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the empty tables of a run."""
    for name, columns in TABLES.items():
        connection.execute(f"create or replace table {name} ({columns})")


def link(connection: duckdb.DuckDBPyConnection, model: Model, settings: LinkageSettings) -> Report:
    """Fill `edge`, `cluster` and `doubtful` from the other tables; see `TABLES`.

    Raises:
        AnsinhError: a decision is neither 'link' nor 'unlink'.
    """
    clock = _Clock()
    comparisons.prepare(connection)
    worthless = preparation.prepare(connection, settings)
    apart = preparation.decisions(connection)
    clock.lap("prepare")
    rules.apply(connection)
    connection.execute("""
        insert into evidence
        select l, r, 'rule', rule, 1.0, weight, false from rule_edge
        where not exists (select 1 from evidence e where e.l = rule_edge.l and e.r = rule_edge.r)
    """)
    clock.lap("rules")
    _cluster(connection, settings, apart)
    clock.lap("clusters by rule")
    rest.link(connection, model, settings)
    clock.lap("model")
    cut = _cluster(connection, settings, apart)
    clock.lap("clusters")
    _write(connection)
    clock.lap("write")
    return _report(connection, worthless, cut, clock.seconds)


def _cluster(connection: duckdb.DuckDBPyConnection, settings: LinkageSettings, apart: list[tuple[int, int]]) -> int:
    """Fill `member` (no, label) and `refused` (l, r, reason); return how many clusters broke a constraint."""
    persons = connection.execute("""
        select no, min(no) over (partition by coalesce(personal_number, no::varchar)) as person
        from work
        where is_person
    """).fetchnumpy()
    person = np.full(count(connection, "work"), -1, dtype=np.int64)
    person[persons["no"]] = persons["person"]
    found = connection.execute("select l, r, weight, method = 'steward' as forced from evidence").fetchnumpy()
    edges = cluster.Edges(*(np.asarray(found[name]) for name in ("l", "r", "weight", "forced")))
    made = cluster.build(person, edges, apart, settings.cluster_limit)
    places = np.array([place for place, _ in made.refused], dtype=np.int64)
    frames = {
        "member": {"no": np.arange(len(person), dtype=np.int32), "label": made.label},
        "refused": {
            "l": edges.left[places],
            "r": edges.right[places],
            "reason": pd.Series([reason for _, reason in made.refused], dtype="str"),
        },
    }
    for name, columns in frames.items():
        connection.register("handed_over", pd.DataFrame(columns))
        connection.execute(f"create or replace temp table {name} as select * from handed_over")
        connection.unregister("handed_over")
    return made.cut


def _write(connection: duckdb.DuckDBPyConnection) -> None:
    """Fill `cluster`, `edge` and `doubtful` from `member`, `evidence`, `refused`, `open_pair` and `contradicted`."""
    connection.execute("""
        insert into cluster
        select work.node_id, min(work.node_id) over (partition by member.label) as cluster_id
        from work
        inner join member on work.no = member.no
    """)
    connection.execute("""
        insert into edge
        select l.node_id, r.node_id, evidence.method, evidence.rule, evidence.probability, evidence.weight
        from evidence
        inner join work as l on evidence.l = l.no
        inner join work as r on evidence.r = r.no
        where
            not evidence.is_known
            and not exists (select 1 from refused where refused.l = evidence.l and refused.r = evidence.r)
    """)
    connection.execute(f"""
        insert into doubtful
        with pair as (
            select l, r, probability, weight, 'probability below the threshold' as reason from open_pair
            union all
            select refused.l, refused.r, evidence.probability, evidence.weight, refused.reason
            from refused
            inner join evidence on refused.l = evidence.l and refused.r = evidence.r
            union all
            select l, r, null, weight, 'name and birth date contradict ' || rule from contradicted
            where weight >= {rules.REVIEWED_WEIGHT}
        ),

        counted as (
            select member.label, sum(work.records) as records
            from member inner join work on member.no = work.no
            group by member.label
        )

        select l.node_id, r.node_id, probability, weight, reason, cast(least(a.records, b.records) as integer)
        from pair
        inner join work as l on pair.l = l.no
        inner join work as r on pair.r = r.no
        inner join member as l_member on pair.l = l_member.no
        inner join member as r_member on pair.r = r_member.no
        inner join counted as a on l_member.label = a.label
        inner join counted as b on r_member.label = b.label
        where l_member.label <> r_member.label
    """)


def _report(connection: duckdb.DuckDBPyConnection, worthless: int, cut: int, seconds: dict[str, float]) -> Report:
    def counts(sql: str) -> dict[str, int]:
        return {str(name): int(number) for name, number in connection.execute(sql).fetchall()}

    return Report(
        nodes=count(connection, "work"),
        fresh_nodes=count(connection, "work where is_fresh"),
        edges=counts("select coalesce(rule, method), count(*) from edge group by 1 order by 2 desc"),
        clusters=count(connection, "(select distinct cluster_id from cluster)"),
        doubtful=counts("select reason, count(*) from doubtful group by 1 order by 2 desc"),
        worthless_identifiers=worthless,
        cut_clusters=cut,
        seconds=seconds,
    )


class _Clock:
    """Seconds of the parts of a run."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, part: str) -> None:
        """Note the seconds since the last part."""
        now = time.perf_counter()
        self.seconds[part] = round(now - self._last, 2)
        self._last = now
