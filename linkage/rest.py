"""The model's part: nodes that no rule led to a person of the population register.

A description belongs to one person at most, so the candidates compete: the probability of a candidate is its odds over
the odds of all of them and of nobody in the register. A frequent name born on a day that two persons share is thus left
open, however well it agrees with each.
"""

from __future__ import annotations

import duckdb

from linkage import blocking
from linkage.model import Model, score
from linkage.settings import LinkageSettings


def link(connection: duckdb.DuckDBPyConnection, model: Model, settings: LinkageSettings) -> None:
    """Add the model's pairs to `evidence`, and those that stay open to the new table `open_pair`.

    Reads `work` and its clusters by rule in `member`. Only pairs with a fresh node are looked at.
    """
    pair = "l integer, r integer, probability double, weight double"
    connection.execute(f"create or replace temp table open_pair ({pair})")
    if not _describe(connection, model):
        return
    blocking.pairs(
        connection, "(select * from description where not registered)", "description", "candidate", blocking.BLOCKS,
        "l.label <> r.label and (r.registered or l.unique_id < r.unique_id) and (l.is_fresh or r.is_fresh)",
    )  # fmt: skip
    persons = settings.registered_persons
    if persons is None:
        ((persons,),) = connection.execute("select count(*) from work where is_person").fetchall()
    score(connection, model.splink, "description", "candidate", "scored", 1 / (persons + 2))
    decide(connection, settings)
    connection.execute(
        """insert into evidence
        select l, r, 'model', 'model', probability, weight, false from judged where probability >= ?""",
        [settings.threshold],
    )
    connection.execute(
        "insert into open_pair select l, r, probability, weight from judged where probability < ? and probability >= ?",
        [settings.threshold, settings.review_threshold],
    )


def decide(connection: duckdb.DuckDBPyConnection, settings: LinkageSettings) -> None:
    """Create `judged` (l, r, weight, probability) from `scored` and `description` (unique_id, label, registered).

    The best pair speaks for two clusters. Two clusters outside the register are joined only where neither has a
    candidate in it.
    """
    connection.execute(f"""
        create or replace temp table judged as
        with pair as (
            select
                l.label as l_label,
                r.label as r_label,
                r.registered,
                max(scored.weight) as weight,
                arg_max(scored.l, (scored.weight, -scored.l, -scored.r)) as l,
                arg_max(scored.r, (scored.weight, -scored.l, -scored.r)) as r
            from scored
            inner join description as l on scored.l = l.unique_id
            inner join description as r on scored.r = r.unique_id
            group by all
        ),

        registered as (
            select *, sum(power(2.0, weight)) over (partition by l_label) as all_odds from pair where registered
        ),

        rival as (
            select l_label from registered
            group by l_label
            having max(all_odds) > {settings.review_threshold}
        )

        select
            l,
            r,
            weight,
            power(2.0, weight) / (all_odds + {1 / settings.registered_share - 1}) as probability
        from registered
        union all
        select l, r, weight, power(2.0, weight) / (1 + power(2.0, weight)) as probability
        from pair
        where
            not registered
            and l_label not in (select l_label from rival)
            and r_label not in (select l_label from rival)
    """)


def _describe(connection: duckdb.DuckDBPyConnection, model: Model) -> bool:
    """Create `description`, what the model compares; return whether there is anything left to link."""
    connection.execute("create or replace temp table name_share (name varchar, share double)")
    shares = [list(model.name_shares), list(model.name_shares.values())]
    connection.execute("insert into name_share select unnest(?), unnest(?)", shares)
    share = f"coalesce(name_share.share, {model.other_name_share}) as tf_name_key"
    connection.execute(f"""
        create or replace temp table description as
        with labelled as (
            select
                work.no,
                work.is_fresh,
                work.born_on,
                member.label,
                member.label in (
                    select m.label from member as m inner join work as w on m.no = w.no where w.is_person
                ) as registered,
                node.* exclude (born_on, is_fresh)
            from work
            inner join member on work.no = member.no
            inner join node on work.node_id = node.node_id
            where work.name_key is not null and not work.is_newborn
        )

        {columns("labelled.no", "label", "registered", "is_fresh", share)}
        from labelled
        left join name_share on labelled.name_key = name_share.name
        where not registered or dataset in ('person', 'participant')
    """)
    return bool(connection.execute("select true from description where not registered limit 1").fetchall())


def columns(number: str, *more: str) -> str:
    """Return the SQL that selects what comparisons and blocks need, of rows like those of `node`.

    Args:
        number: SQL of the number of a row.
        more: SQL of further columns.
    """
    return blocking.columns(number, "name_key", "full_name", "sex", "residence_province", *more)
