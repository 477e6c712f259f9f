"""Before any pair is made: nodes get numbers, replaced identifiers are put in force, worthless ones are emptied."""

from __future__ import annotations

import duckdb

from ansinh.errors import AnsinhError
from linkage import rules
from linkage.settings import LinkageSettings


def prepare(connection: duckdb.DuckDBPyConnection, settings: LinkageSettings) -> int:
    """Create `work`, the numbered nodes with usable identifiers in force; return how many identifiers are worthless.

    Nodes are numbered by how well they describe a person, so that the smallest number of a set is its best description:
    persons of the population register by their number in force first, then participants, and so on.
    """
    connection.execute("""
        create or replace temp table replaced as
        select old_number, max(new_number) as new_number
        from replaced_number
        where old_number <> new_number
        group by old_number
        having min(new_number) = max(new_number)
    """)
    # Only these two columns are sorted: sorting whole rows would take several times as long.
    connection.execute("""
        create or replace temp table numbered as
        select node_id, grade, cast(row_number() over (order by grade, node_id) - 1 as integer) as no
        from (
            select
                node_id,
                -- A person under a number that is not in force any more comes after those in force.
                grade(dataset, name_key, is_newborn, born_on)
                + if(dataset = 'person' and replaced.new_number is not null, 1, 0) as grade
            from node
            left join replaced on node.personal_number = replaced.old_number
        )
    """)
    connection.execute("""
        create or replace temp table work as
        select
            numbered.no,
            numbered.grade,
            node.node_id,
            node.registry,
            node.is_fresh,
            node.records,
            numbered.grade <= 1 as is_person,
            coalesce(number.new_number, node.personal_number) as personal_number,
            number.new_number is not null as is_replaced,
            coalesce(node.personal_number_restored, false) as is_restored,
            node.old_id_number,
            node.si_number,
            case when length(node.tax_code) < 12 then node.tax_code end as tax_code,
            -- Tax codes lead to the personal numbers that replaced them.
            case
                when numbered.grade <= 1 then coalesce(number.new_number, node.personal_number)
                else coalesce(tax.new_number, case when length(node.tax_code) = 12 then node.tax_code end)
            end as tax_number,
            node.name_key,
            case when node.born_on <= current_date then node.born_on end as born_on,
            node.birth_precision,
            coalesce(node.is_newborn, false) as is_newborn
        from node
        inner join numbered on node.node_id = numbered.node_id
        left join replaced as number on node.personal_number = number.old_number
        left join replaced as tax on node.tax_code = tax.old_number
    """)
    return sum(_drop_worthless(connection, column, settings.shared_identifier_limit) for column in rules.IDENTIFIERS)


def _drop_worthless(connection: duckdb.DuckDBPyConnection, column: str, limit: int) -> int:
    """Empty an identifier where it is evidence of nothing: placeholders, and values a registry gives to many persons.

    How many persons share a value is told by names that come with as many birth years, or where there are no names by
    the other identifiers that come with it. One person has misspelt names, but hardly several birth years.
    """
    other = "personal_number" if column == "si_number" else "si_number"
    connection.execute(f"""
        create or replace temp table shared as
        select registry, {column} as value
        from work
        where {column} is not null
        group by registry, {column}
        having count(*) > {limit}
    """)
    connection.execute(f"""
        create or replace temp table worthless as
        select registry, {column} as value
        from work
        semi join shared on work.registry = shared.registry and work.{column} = shared.value
        group by registry, {column}
        having
            greatest(
                least(
                    count(distinct name_key), greatest(count(distinct year(born_on)), count(distinct name_key) // 3)
                ),
                count(distinct {other})
            ) > {limit}
        union
        select distinct registry, {column}
        from work
        where is_placeholder({column})
    """)
    connection.execute(f"""
        update work set {column} = null
        from worthless
        where work.registry = worthless.registry and work.{column} = worthless.value
    """)
    return count(connection, "worthless")


def decisions(connection: duckdb.DuckDBPyConnection) -> list[tuple[int, int]]:
    """Start `evidence` with what is known and what stewards linked; return the pairs of nodes that they keep apart.

    Raises:
        AnsinhError: a decision is neither 'link' nor 'unlink'.
    """
    verdicts = {row[0] for row in connection.execute("select distinct verdict from decision").fetchall()}
    if strange := verdicts - {"link", "unlink"}:
        raise AnsinhError(f"A decision on a link is {sorted(strange)[0]!r}.", "Write 'link' or 'unlink'.")
    connection.execute("""
        create or replace temp table decided as
        select l.no as l, r.no as r, decision.verdict
        from decision
        inner join work as l on decision.left_node = l.node_id
        inner join work as r on decision.right_node = r.node_id
    """)
    connection.execute("""
        create or replace temp table evidence as
        select l, r, 'steward' as method, 'link' as rule, 1.0 as probability, 100.0 as weight, false as is_known
        from decided where verdict = 'link'
        union all
        select l.no, r.no, edge.method, edge.rule, edge.probability, edge.weight, true
        from known_edge as edge
        inner join work as l on edge.left_node = l.node_id
        inner join work as r on edge.right_node = r.node_id
    """)
    return connection.execute("select l, r from decided where verdict = 'unlink'").fetchall()


def count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    """Return the rows of a table, or of what stands in its place after `from`."""
    row = connection.execute(f"select count(*) from {table}").fetchone()
    return int(row[0]) if row else 0
