"""Training of the model: without labels, on the descriptions at hand. Done rarely, by command, with a report."""

from __future__ import annotations

from itertools import islice
from typing import Any

import duckdb

from linkage import comparisons, rest
from linkage.model import Model, fit, parameters

COMPARED = (
    comparisons.name("name_key"),
    comparisons.marks("full_name", "name_key"),
    comparisons.birth(),
    comparisons.identifier("number"),
    comparisons.code("sex"),
    comparisons.code("residence_province", changes=0.15),
)
"""What the model compares of two persons' descriptions."""

_BLOCKS = (
    # Each trains what it leaves open: pairs with the same number show how names, dates and sexes are miswritten.
    "l.number = r.number",
    "l.sorted_name = r.sorted_name and l.born_on = r.born_on",
)
_FREQUENT_NAMES = 3_000


def train(connection: duckdb.DuckDBPyConnection, version: str) -> tuple[Model, list[dict[str, Any]]]:
    """Return a new model and its parameters as rows: comparison, level, m, u, weight.

    Args:
        connection: DuckDB with the table `node` of a full run, see `linkage.engine.TABLES`.
        version: the name of the new model.
    """
    comparisons.prepare(connection)
    connection.execute(f"""
        create or replace temp table taught as
        {rest.columns("row_number() over (order by node_id)", "registry = 'population' as is_person")}
        from node
        where name_key is not null and not coalesce(is_newborn, false)
    """)
    names = dict(connection.execute("""
        select name_key, count(*) / sum(count(*)) over () as share
        from taught where is_person
        group by name_key
        order by share desc, name_key
    """).fetchall())  # fmt: skip
    frequent = dict(islice(names.items(), _FREQUENT_NAMES))
    others = len(names) - len(frequent)
    row = connection.execute("select count(*), count(*) filter (where is_person) from taught").fetchone()
    descriptions, persons = row or (0, 0)
    splink = fit(connection, "taught", COMPARED, _BLOCKS, prior=1 / (persons + 2))
    model = Model(
        version=version,
        splink=splink,
        name_shares={name: round(share, 8) for name, share in frequent.items()},
        other_name_share=round((1 - sum(frequent.values())) / others, 8) if others else 1e-6,
        trained_on={"descriptions": descriptions, "registered_persons": persons},
    )
    return model, parameters(splink)
