"""Rows held back: list them, look at one, correct it and let it in.

A row is held with its payload as delivered. A replay judges it again, with corrected values or under a contract that
has changed meanwhile, and adds it to its batch; received = accepted + quarantined stays true. When the registry
delivers the batch anew, the new delivery with its own held rows takes the place of all that.
"""

from __future__ import annotations

import logging
from typing import Any

import polars as pl
import psycopg
from psycopg.rows import dict_row

from ansinh import database
from ansinh.database import Role
from ansinh.errors import AnsinhError
from connectors import ledger
from connectors.contract import Contract, load_contract
from connectors.loading import insert_row
from connectors.tables import text_frame
from connectors.validation import Validator

_log = logging.getLogger(__name__)

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
            refusals = [refusal for row in held if (refusal := _replay(connection, row, values or {}))]
    if row_id is not None and refusals:
        raise AnsinhError(f"Row {row_id} is still held: {refusals[0]}.", "Correct the values that the reason names.")
    return f"{len(held) - len(refusals)} of {len(held)} rows were let in."


def _row(connection: psycopg.Connection, row_id: int) -> dict[str, Any]:
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute("select * from quarantine.row where row_id = %s", [row_id]).fetchone()
    if row is None:
        raise AnsinhError(f"There is no held row {row_id}.", "See ./ansinh quarantine list.")
    return row


def _replay(connection: psycopg.Connection, row: dict[str, Any], values: dict[str, Any]) -> str | None:
    """Let one row in and return None, or return why it stays held."""
    contract = load_contract(row["registry"], row["dataset"])
    if row["state"] == "replayed":
        raise AnsinhError(f"Row {row['row_id']} was let in before.", "Nothing is left to do.")
    checked = Validator(contract).check(_frame(contract, row["payload"], values))
    if checked.rejected.height:
        return str(checked.rejected["reason"][0])
    with connection.transaction():
        # The new revision tells the later stages that the batch has changed.
        found = connection.execute(
            """update ingest.batch set rows_accepted = rows_accepted + 1, rows_quarantined = rows_quarantined - 1,
                revision = revision + 1 where batch_id = %s and state = 'loaded' returning batch_id""",
            [row["batch_id"]],
        ).fetchone()
        if found is None:
            raise AnsinhError(f"Batch {row['batch_id']} is not loaded.", "Load it first, then replay its rows.")
        insert_row(connection, contract, row["batch_id"], row["row_number"], checked.accepted.row(0, named=True))
        connection.execute("update quarantine.row set state = 'replayed' where row_id = %s", [row["row_id"]])
    _log.info("Row %d of %s was let in", row["row_number"], row["batch_id"])
    return None


def _frame(contract: Contract, payload: dict[str, Any], values: dict[str, Any]) -> pl.DataFrame:
    sources = {field.name: field.source for field in contract.fields}
    if unknown := [name for name in values if name not in sources]:
        raise AnsinhError(f"{contract.name} has no field {', '.join(unknown)}.", f"Fields: {', '.join(sources)}.")
    given = payload | {sources[name]: value for name, value in values.items()}
    names = list(sources.values())
    return text_frame([dict.fromkeys(names) | given], names).select(names)
