"""How one release differs from another: which figures moved, by how much, and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

import polars as pl
import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from ansinh.database import Role, connect
from publication import basis, inputs, ledger, lineage
from publication.basis import Basis
from publication.lineage import Lineage

LATE, CORRECTION, METHOD, LINKAGE, DISCLOSURE, UNKNOWN = (
    "late data", "correction", "method", "linkage", "disclosure", "unknown",
)  # fmt: skip

# Of the cells that either release has; a cell that only the newer one has is a revision only where the older one
# covered its period.
_COMPARED = """
with earlier as (select * from release.observation where release_id = {before}),

later as (select * from release.observation where release_id = {after})

select
    {key},
    coalesce(later.unit, earlier.unit) as unit,
    earlier.numerator as numerator_before,
    later.numerator as numerator_after,
    earlier.denominator as denominator_before,
    later.denominator as denominator_after,
    earlier.value as value_before,
    later.value as value_after,
    later.value - earlier.value as change,
    case
        when earlier.indicator is null then 'added'
        when later.indicator is null then 'removed'
        when earlier.conf_status = 'F' and later.conf_status <> 'F' then 'hidden'
        when earlier.conf_status <> 'F' and later.conf_status = 'F' then 'shown'
        when (earlier.numerator, earlier.denominator, earlier.value)
            is distinct from (later.numerator, later.denominator, later.value) then 'moved'
        else 'same'
    end as what
from earlier
full join later using ({key})
where
    earlier.indicator is not null
    or exists (
        select from earlier as known
        where known.freq = later.freq and known.period = later.period
    )
"""
_SUMMARY = """
select
    indicator,
    count(*) filter (where what not in ('added', 'removed')) as compared,
    count(*) filter (where what = 'moved') as moved,
    count(*) filter (where what = 'hidden') as hidden,
    count(*) filter (where what = 'shown') as shown,
    count(*) filter (where what = 'added') as added,
    count(*) filter (where what = 'removed') as removed,
    max(abs(change)) filter (where what = 'moved') as largest_change,
    max(unit) as unit
from ({compared}) as compared
group by indicator
having bool_or(what <> 'same')
order by indicator
"""


@dataclass(frozen=True)
class Reasons:
    """What is not the same in two releases, apart from their figures.

    Attributes:
        late: deliveries that only the newer one has.
        corrected: deliveries of which the newer one has another revision.
        code: rooms whose source differs.
        methods: indicators whose method version differs.
        links: what differs in who is linked with whom.
        settings: settings of disclosure control that differ.
    """

    late: list[str]
    corrected: list[str]
    code: list[str]
    methods: list[str]
    links: list[str]
    settings: list[str]

    @classmethod
    def between(cls, before: Basis, after: Basis) -> Reasons:
        """Return the reasons for which the figures of one basis can differ from those of another."""
        known = {batch.batch_id: batch.revision for batch in before.batches}
        rooms = [room for room, digest in after.code.items() if before.code.get(room) != digest]
        links = []
        if before.linkage_model != after.linkage_model:
            links.append(f"model {before.linkage_model} became {after.linkage_model}")
        if decisions := _decisions(before, after):
            links.append(f"{decisions} decisions of stewards")
        return cls(
            late=[batch.batch_id for batch in after.batches if batch.batch_id not in known],
            corrected=[b.batch_id for b in after.batches if known.get(b.batch_id, b.revision) != b.revision],
            code=rooms,
            methods=[name for name, version in after.methods.items() if before.methods.get(name, version) != version],
            links=links,
            settings=[name for name, value in after.settings.items() if before.settings.get(name) != value],
        )

    def causes(self, indicator: str, made: Lineage, *, is_linked: bool) -> list[str]:
        """Return those that can have moved an indicator.

        Deliveries that it is counted from come first; those that say only who the persons are count where no other
        has changed.
        """
        counted = {f"{registry}.{dataset}" for registry, dataset in made.figures}
        late, corrected = ({batch.rpartition(".")[0] for batch in found} for found in (self.late, self.corrected))
        if (late | corrected) & counted:
            late, corrected = late & counted, corrected & counted
        found = {
            LATE: bool(late),
            CORRECTION: bool(corrected),
            METHOD: indicator in self.methods or bool({"connectors", "dbt_project"} & set(self.code)),
            LINKAGE: is_linked and bool(self.links or "linkage" in self.code),
            DISCLOSURE: bool(self.settings or "publication" in self.code),
        }
        return [cause for cause, holds in found.items() if holds] or [UNKNOWN]


def diff(before_id: str, after_id: str) -> dict[str, Any]:
    """Return how a release differs from another.

    Returns:
        `before`, `after`; `reasons` (see `Reasons`); `indicators`: for each that differs `compared`, `moved`, `hidden`,
        `shown`, `added`, `removed`, `largest_change` in `unit`, `causes`; `figures`: each cell that differs, with its
        key, `what` (moved, hidden, shown, added, removed), both sides' numbers, `change` and `causes`, the country
        first, the largest changes before the small.

    Raises:
        AnsinhError: there is no such release.
    """
    with connect(Role.PUBLISHER) as connection:
        for release_id in (before_id, after_id):
            ledger.find(connection, release_id)
        reasons = Reasons.between(basis.of(connection, before_id), basis.of(connection, after_id))
        causes = _causes(connection, reasons)
        indicators = _rows(connection, sql.SQL(_SUMMARY).format(compared=_compared(before_id, after_id)))
        changed = sql.SQL("""select * from ({}) as compared where what <> 'same'
            order by area <> 'VN', abs(change) desc nulls last, {}""")
        figures = _rows(connection, changed.format(_compared(before_id, after_id), _key()))
    for row in (*indicators, *figures):
        row["causes"] = causes(row["indicator"])
    return {
        "before": before_id, "after": after_id, "reasons": vars(reasons), "indicators": indicators, "figures": figures,
    }  # fmt: skip


def record(connection: psycopg.Connection, release: ledger.Release, previous: ledger.Release) -> None:
    """Write how a release that has just been recorded differs from the one before it."""
    reasons = Reasons.between(basis.of(connection, previous.release_id), basis.of(connection, release.release_id))
    causes = _causes(connection, reasons)
    summary = _rows(connection, sql.SQL(_SUMMARY).format(compared=_compared(previous.release_id, release.release_id)))
    connection.cursor().executemany(
        """insert into release.revision (release_id, previous_id, indicator, compared, moved, hidden, shown, added,
            removed, largest_change, unit, causes) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)""",
        [(release.release_id, previous.release_id, *row.values(), causes(row["indicator"])) for row in summary],
    )


def of(connection: psycopg.Connection, release_id: str) -> list[dict[str, Any]]:
    """Return how a release differs from the one before it, by indicator, as JSON types."""
    query = sql.SQL("""
        select previous_id, indicator, compared, moved, hidden, shown, added, removed,
            largest_change::float8 as largest_change, unit, causes
        from release.revision where release_id = {} order by indicator
    """)
    return _rows(connection, query.format(sql.Literal(release_id)))


def previous(connection: psycopg.Connection, period: str, freq: str) -> ledger.Release | None:
    """Return the published release that the next one of a period is compared with: its last, else that before it."""
    forms = {"M": "____-__", "Q": "____-Q_", "A": "____"}
    query = sql.SQL("state = 'published' and period like {} and period <= {}")
    found = ledger.select(connection, query.format(sql.Literal(forms[freq]), sql.Literal(period)))
    return max(found, key=lambda release: release.period) if found else None


def _compared(before_id: str, after_id: str) -> sql.Composed:
    return sql.SQL(_COMPARED).format(before=sql.Literal(before_id), after=sql.Literal(after_id), key=_key())


def _key() -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, inputs.KEY))


def _causes(connection: psycopg.Connection, reasons: Reasons) -> Callable[[str], list[str]]:
    """Return what gives the causes of an indicator, each worked out once."""
    linked = set(inputs.indicators(connection).filter(pl.col("linked").is_in(["t", "true"]))["indicator"])
    manifest = lineage.manifest()

    @cache
    def causes(indicator: str) -> list[str]:
        return reasons.causes(indicator, lineage.of_indicator(manifest, indicator), is_linked=indicator in linked)

    return causes


def _decisions(before: Basis, after: Basis) -> int:
    """Return how many decisions stewards made or withdrew between the links of two releases."""
    if before.linked_at is None or after.linked_at is None:
        return 0
    with connect(Role.TRANSFORMER) as connection:
        row = connection.execute(
            """select count(*) from identity.decision
            where decided_at > %(first)s and decided_at <= %(last)s
                or withdrawn_at > %(first)s and withdrawn_at <= %(last)s""",
            {"first": min(before.linked_at, after.linked_at), "last": max(before.linked_at, after.linked_at)},
        ).fetchone()
    return row[0] if row else 0


def _rows(connection: psycopg.Connection, query: sql.Composed) -> list[dict[str, Any]]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return [
            {name: float(value) if isinstance(value, Decimal) else value for name, value in row.items()}
            for row in cursor.execute(query).fetchall()
        ]
