"""What a steward sees and decides: the evidence of a person, doubtful pairs, and decisions that every run obeys."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from typing import Any

import psycopg
from psycopg.rows import dict_row

from ansinh import database
from ansinh.database import Role
from ansinh.errors import AnsinhError

Row = dict[str, Any]

COMPARED = (
    "personal_number", "number_given", "old_id_number", "si_number", "tax_code", "name_key", "born_on", "sex",
    "province",
)  # fmt: skip
"""Attributes that two records of a pair are compared in."""


@dataclass(frozen=True)
class Record:
    """A record of a registry: its data set and its id there; the node that describes it today, and its person."""

    dataset: str
    record_id: str
    node_id: str
    person_key: int | None

    def __str__(self) -> str:
        return f"{self.dataset}:{self.record_id}"


def decide(verdict: str, left: str, right: str, reason: str, decided_by: str) -> int:
    """Record that two records are (`link`) or are not (`unlink`) one person; the next linkage run obeys.

    An earlier decision on the same two records is withdrawn.

    Args:
        verdict: `link` or `unlink`.
        left: `DATASET:RECORD_ID`, or a person key, which stands for the person's main record.
        right: the same for the other.
        reason: why, for those who ask later.
        decided_by: who decided.

    Returns:
        The number of the decision.

    Raises:
        AnsinhError: there is no such record or person, both are the same, or the decision stands already.
    """
    _require(reason, decided_by)
    with database.connect(Role.STEWARD) as connection:
        one, other = sorted((_find(connection, left), _find(connection, right)), key=lambda r: (r.dataset, r.record_id))
        if one.node_id == other.node_id:
            raise AnsinhError(
                f"{left} and {right} say the same of their person, word for word.",
                "Name two records that differ in at least one attribute.",
            )
        pair = [one.dataset, one.record_id, other.dataset, other.record_id]
        standing = connection.execute(_script("decision"), pair).fetchone()
        if standing and standing[1] == verdict:
            raise AnsinhError(f"Decision {standing[0]} says that already.", "Nothing is left to do.")
        if standing:
            _withdraw(connection, standing[0], reason, decided_by)
        row = connection.execute(
            """insert into identity.decision (left_dataset, left_record, right_dataset, right_record, verdict, reason,
                decided_by) values (%s, %s, %s, %s, %s, %s, %s) returning decision_id""",
            [*pair, verdict, reason.strip(), decided_by.strip()],
        ).fetchone()
    assert row is not None
    return int(row[0])


def withdraw(decision_id: int, reason: str, withdrawn_by: str) -> None:
    """Take a decision back; it is kept, and the next linkage run judges its records as if it had never been.

    Args:
        decision_id: the number of the decision.
        reason: why, for those who ask later.
        withdrawn_by: who takes it back.

    Raises:
        AnsinhError: no decision of this number is in force.
    """
    _require(reason, withdrawn_by)
    with database.connect(Role.STEWARD) as connection:
        if not _withdraw(connection, decision_id, reason, withdrawn_by):
            raise AnsinhError(
                f"No decision {decision_id} is in force.", "See ./ansinh identity explain with one of its records."
            )


def explain(subject: str) -> Row:
    """Return all that is known of why records are one person.

    Args:
        subject: a person key, old ones lead to the one in force; or `DATASET:RECORD_ID`.

    Returns:
        `person_key`, `asked` (the key or record asked for), and lists: `records` (distinct descriptions, numbered, with
        the count of records that say the same), `evidence` (pairs of those numbers, with method, rule, probability and
        what agrees and differs), `values` (attributes, chosen and losing ones, with the reason), `doubtful`,
        `decisions` and `history` (merges and splits).

    Raises:
        AnsinhError: there is no such person or record.
    """
    with database.connect(Role.STEWARD) as connection:
        key = _person_key(connection, subject)
        records = _rows(connection, "person_records", {"person_key": key})
        places = {record["node_id"]: place for place, record in enumerate(records, start=1)}
        evidence = _rows(connection, "person_edges", {"person_key": key})
        for edge in evidence:
            left, right = sorted((places[edge.pop("left_node")], places[edge.pop("right_node")]))
            edge |= {"left": left, "right": right} | _compare(records[left - 1], records[right - 1])
        for record in records:
            record["number"] = places[record.pop("node_id")]
        return {
            "person_key": key,
            "asked": subject,
            "records": records,
            "evidence": evidence,
            "values": _values(connection, key),
            "doubtful": _pairs(connection, "doubtful_pairs", {"person_key": key, "limit": 100}),
            "decisions": _rows(connection, "person_decisions", {"person_key": key}),
            "history": _rows(connection, "person_history", {"person_key": key}),
        }


def review(limit: int = 20) -> list[Row]:
    """Return the pairs that nobody has decided yet, one for every two persons, and links that identifiers contradict.

    Those that move most records come first.

    Args:
        limit: at most so many.
    """
    with database.connect(Role.STEWARD) as connection:
        pairs = _pairs(connection, "doubtful_pairs", {"person_key": None, "limit": limit})
        pairs += _pairs(connection, "contradicted_links", {"limit": limit})
    return sorted(pairs, key=lambda pair: -pair["records"])[:limit]


def _require(reason: str, name: str) -> None:
    if not reason.strip() or not name.strip():
        raise AnsinhError("A decision needs a reason and a name.", "Give both: --reason TEXT --by NAME.")


def _withdraw(connection: psycopg.Connection, decision_id: int, reason: str, withdrawn_by: str) -> bool:
    """Withdraw a decision; return whether it was in force."""
    done = connection.execute(
        """update identity.decision
        set withdrawn_at = clock_timestamp(), withdrawn_by = %s, withdrawn_reason = %s
        where decision_id = %s and withdrawn_at is null""",
        [withdrawn_by.strip(), reason.strip(), decision_id],
    )
    return done.rowcount == 1


def _pairs(connection: psycopg.Connection, script: str, values: Row) -> list[Row]:
    """Return pairs with both records, and what these agree and differ in."""
    pairs = _rows(connection, script, values)
    for pair in pairs:
        pair["left"], pair["right"] = pair.pop("left_record"), pair.pop("right_record")
        pair |= _compare(pair["left"], pair["right"])
    return pairs


def _compare(left: Row, right: Row) -> Row:
    """Return the attributes that two descriptions agree and differ in; what one does not know is neither."""
    known = [name for name in COMPARED if left[name] is not None and right[name] is not None]
    return {
        "agree": [name for name in known if left[name] == right[name]],
        "differ": [name for name in known if left[name] != right[name]],
    }


def _values(connection: psycopg.Connection, key: int) -> list[Row]:
    """Return the values of each attribute, where the warehouse has chosen among them."""
    if connection.execute("select to_regclass('identity.person_attribute')").fetchone() == (None,):
        return []
    return _rows(connection, "person_values", {"person_key": key})


def _person_key(connection: psycopg.Connection, subject: str) -> int:
    if not subject.isdecimal():
        record = _find(connection, subject)
        if record.person_key is None:
            raise AnsinhError(f"{subject} has not been linked yet.", "Run ./ansinh build.")
        return record.person_key
    row = connection.execute(
        "select coalesce(merged_into, person_key) from identity.person where person_key = %s", [int(subject)]
    ).fetchone()
    if row is None:
        raise AnsinhError(f"There is no person {subject}.", "Ask for a record: DATASET:RECORD_ID.")
    return int(row[0])


def _find(connection: psycopg.Connection, subject: str) -> Record:
    """Return the record of that name, or the main record of the person of that key."""
    if subject.isdecimal():
        records = _rows(connection, "person_records", {"person_key": _person_key(connection, subject)})
        if not records:
            raise AnsinhError(f"Person {subject} has no record any more.", "Name a record: DATASET:RECORD_ID.")
        subject = f"{records[0]['dataset']}:{records[0]['record_id']}"
    dataset, colon, record_id = subject.partition(":")
    if not colon:
        raise AnsinhError(f"'{subject}' is no record and no person.", "Write DATASET:RECORD_ID, or a person key.")
    row = connection.execute(
        """select record.node_id::text, node.person_key
        from identity.record as record
        left join identity.node_person as node on record.node_id = node.node_id
        where record.dataset = %s and record.record_id = %s""",
        [dataset, record_id],
    ).fetchone()
    if row is None:
        raise AnsinhError(f"There is no record {subject}.", "See ./ansinh identity explain with the person's key.")
    return Record(dataset, record_id, *row)


def _rows(connection: psycopg.Connection, name: str, values: Row) -> list[Row]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(_script(name), values).fetchall()


def _script(name: str) -> bytes:
    return resources.files("linkage.sql").joinpath(f"{name}.sql").read_bytes()
