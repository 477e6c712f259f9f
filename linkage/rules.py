"""Deterministic rules: an identifier that two descriptions share, unless name and birth date contradict it.

Nodes with the same value of an identifier meet at one of them, the hub: a person of the population register where there
is one, else the node that describes the person best. So the pairs grow with the nodes, not with their square.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

IDENTIFIERS = ("personal_number", "si_number", "tax_number", "tax_code", "old_id_number")
"""Identifiers of `work`; `tax_number` is the personal number in the tax code's place, of persons their own."""

REVIEWED_WEIGHT = 27
"""An identifier of at least this weight that name and birth date contradict is shown to a steward."""

BELIEVED = "not contradicted"
AGREED = "name_agrees and coalesce(birth_agrees, true)"


@dataclass(frozen=True)
class Rule:
    """Pairs that share an identifier are linked, if the guard holds for them.

    Attributes:
        name: as written in the edges.
        identifier: column of `work` that both share.
        weight: orders the evidence where it conflicts: log2 of how much likelier the pair is one person than two.
        guard: SQL over what is known of the pair, see `_pairs`.
        every_person: every person of the population register with the value is a hub, because several may have it.
    """

    name: str
    identifier: str
    weight: float
    guard: str = BELIEVED
    every_person: bool = False


RULES = (
    Rule("personal_number", "personal_number", 30),
    Rule("si_number", "si_number", 31),
    Rule("tax_code_replaced", "tax_number", REVIEWED_WEIGHT),
    Rule("tax_code", "tax_code", 26),
    Rule("old_card_name_birth", "old_id_number", 24, AGREED, every_person=True),
)
"""The strongest rule first; a pair keeps the first rule that links it. `personal_number` is written out as
`personal_number_replaced` or `personal_number_restored` where the number in force or the lost zeros were put back."""


def apply(connection: duckdb.DuckDBPyConnection) -> None:
    """Fill `rule_edge` (l, r, rule, weight) and `contradicted` (l, r, rule, weight), of numbers of nodes in `work`."""
    for table in ("rule_edge", "contradicted"):
        connection.execute(f"create or replace temp table {table} (l integer, r integer, rule varchar, weight double)")
    for rule in RULES:
        connection.execute(f"create or replace temp table pair as {_pairs(rule)}")
        connection.execute("insert into contradicted select l, r, rule, weight from pair where not holds")
        connection.execute("""
            insert into rule_edge
            select l, r, rule, weight from pair
            where holds and not exists (select 1 from rule_edge e where e.l = pair.l and e.r = pair.r)
        """)
    connection.execute("drop table pair")


def evidence(rule: Rule) -> str:
    """Return SQL of a pair's `rule` and `weight`, over whether its name and birth agree and its number was mended."""
    return f"""
        case
            when '{rule.name}' <> 'personal_number' then '{rule.name}'
            when is_restored then 'personal_number_restored'
            when is_replaced then 'personal_number_replaced'
            else 'personal_number'
        end as rule,
        {rule.weight} + if(name_agrees, 2, 0) + if(birth_agrees, 2, 0) as weight
    """


def _pairs(rule: Rule) -> str:
    """Return SQL of the pairs that share the rule's identifier: l, r, rule, weight, holds."""
    column = rule.identifier
    hub = f"select {column} as value, no from work where is_person and {column} is not null"
    if not rule.every_person:
        hub = f"select {column} as value, min(no) as no from work where {column} is not null group by {column}"
    return f"""
        with hub as (
            select hub.value, described.*
            from ({hub}) as hub
            inner join (
                select no, name_key, born_on, birth_precision, is_newborn, is_fresh from work
            ) as described on hub.no = described.no
        ),

        compared as (
            select
                l.no as l,
                r.no as r,
                l.is_replaced,
                l.is_restored,
                name_alike(l.name_key, r.name_key) as name_agrees,
                birth_agrees(l.born_on, l.birth_precision, r.born_on, r.birth_precision) as birth_agrees,
                l.is_newborn or r.is_newborn and l.born_on is not null as is_newborn
            from work as l
            inner join hub as r on l.{column} = r.value and l.no <> r.no and (l.is_fresh or r.is_fresh)
        ),

        judged as (
            -- Without a known agreement a name that differs contradicts; a newborn needs its own birth date.
            select
                *,
                not coalesce(name_agrees, true) and not coalesce(birth_agrees, false)
                or is_newborn and not coalesce(birth_agrees, false) as contradicted
            from compared
        )

        select
            l,
            r,
            {evidence(rule)},
            {rule.guard} as holds
        from judged
    """
