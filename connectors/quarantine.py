"""Rows held back: list them, look at one, correct it and let it in.

A row is held with its payload as delivered. A replay judges it again, with corrected values or under a contract that
has changed meanwhile, and adds it to its batch; received = accepted + quarantined stays true. When the registry
delivers the batch anew, the new delivery with its own held rows takes the place of all that, and what was corrected is
corrected again where the registry has not changed it.
"""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.rows import dict_row

from ansinh import database
from ansinh.database import Role
from ansinh.errors import AnsinhError
from connectors import ledger
from connectors.correction import let_in

_COLUMNS = "row_id, batch_id, registry, dataset, period, row_number, rule, field, reason, state, quarantined_at"


def list_rows(
    registry: str | None = None,
    dataset: str | None = None,
    period: str | None = None,
    state: str | None = "held",
    limit: int = 100,
) -> list[dict[str, Any]]:
    """Return rows of the quarantine without their payload, the newest batches first.

    Args:
        registry: only this registry.
        dataset: only this data set.
        period: only this month.
        state: only rows that are `held`, `corrected` or `replayed`; all where None.
        limit: at most so many rows.
    """
    wanted = {"registry": registry, "dataset": dataset, "period": period, "state": state}
    given = {name: value for name, value in wanted.items() if value is not None}
    condition = " and ".join(f"{name} = %({name})s" for name in given) or "true"
    query = f"select {_COLUMNS} from quarantine.row where {condition} order by period desc, row_id limit %(limit)s"
    with database.connect(Role.STEWARD) as connection, connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query.encode(), {**given, "limit": limit}).fetchall()


def show(row_id: int) -> dict[str, Any]:
    """Return one row with its payload as delivered.

    Raises:
        AnsinhError: there is no such row.
    """
    with database.connect(Role.STEWARD) as connection:
        return _row(connection, row_id)


def replay(
    row_id: int | None = None,
    registry: str | None = None,
    dataset: str | None = None,
    values: dict[str, Any] | None = None,
) -> str:
    """Judge held rows again and load those that now keep the contract.

    Args:
        row_id: one row; without it every row held for the data set.
        registry: registry of the rows, where no row is named.
        dataset: data set of the rows, where no row is named.
        values: corrected values by field name, for one row.

    Returns:
        One sentence that says how many rows were let in.

    Raises:
        AnsinhError: there is no such row, its batch is not loaded, or the one row named still breaks a rule.
    """
    if row_id is None and (registry is None or dataset is None or values):
        raise AnsinhError("It is not clear which rows to replay.", "Give a row, or a registry and a data set.")
    with database.connect(Role.LOADER) as connection:
        if row_id is not None:
            held = [_row(connection, row_id)]
        else:
            query = (
                "select * from quarantine.row where registry = %s and dataset = %s and state = 'held' order by row_id"
            )
            with connection.cursor(row_factory=dict_row) as cursor:
                held = cursor.execute(query, [registry, dataset]).fetchall()
        if not held:
            return "No row is held."
        with ledger.exclusive(connection, held[0]["registry"]):
            refusals = [refusal for row in held if (refusal := _replay(connection, row, values))]
    if row_id is not None and refusals:
        raise AnsinhError(f"Row {row_id} is still held: {refusals[0]}.", "Correct the values that the reason names.")
    return f"{len(held) - len(refusals)} of {len(held)} rows were let in."


def _row(connection: psycopg.Connection, row_id: int) -> dict[str, Any]:
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute("select * from quarantine.row where row_id = %s", [row_id]).fetchone()
    if row is None:
        raise AnsinhError(f"There is no held row {row_id}.", "See ./ansinh quarantine list.")
    return row


def _replay(connection: psycopg.Connection, row: dict[str, Any], values: dict[str, Any] | None) -> str | None:
    """Let one row in and return None, or return why it stays held."""
    if row["state"] == "replayed":
        raise AnsinhError(f"Row {row['row_id']} was let in before.", "Nothing is left to do.")
    return let_in(connection, row, values or row["correction"] or {})
