"""Rows let in from quarantine: judged again with corrected values, and again when their batch is delivered anew.

The correction stays with the held row. A new delivery of the batch that holds the same row, as it was delivered, for
the same rule gets the same correction; a row that the registry has changed meanwhile is judged as it is.
"""

from __future__ import annotations

import logging
from typing import Any

import polars as pl
import psycopg
from psycopg import sql
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from ansinh.errors import AnsinhError
from connectors.contract import Contract, load_contract
from connectors.tables import text_frame
from connectors.validation import Validator

_log = logging.getLogger(__name__)

Kept = list[tuple[str, Any, dict[str, Any]]]


def let_in(connection: psycopg.Connection, row: dict[str, Any], values: dict[str, Any]) -> str | None:
    """Add a held row to its loaded batch and return None, or return why it stays held.

    Args:
        connection: as the role that loads.
        row: a row of `quarantine.row`.
        values: corrected values by field name.

    Raises:
        AnsinhError: the batch is not loaded, or a value names no field.
    """
    contract = load_contract(row["registry"], row["dataset"])
    checked = Validator(contract).check(_frame(contract, row["payload"], values))
    if checked.rejected.height:
        return str(checked.rejected["reason"][0])
    with connection.transaction():
        # The new revision tells the later stages that the batch has changed.
        found = connection.execute(
            """update ingest.batch set rows_accepted = rows_accepted + 1, rows_quarantined = rows_quarantined - 1,
                revision = revision + 1 where batch_id = %s and state = 'loaded' returning revision""",
            [row["batch_id"]],
        ).fetchone()
        if found is None:
            raise AnsinhError(f"Batch {row['batch_id']} is not loaded.", "Load it first, then replay its rows.")
        insert_row(connection, contract, row["batch_id"], row["row_number"], checked.accepted.row(0, named=True))
        connection.execute(
            "update quarantine.row set state = 'replayed', correction = %s where row_id = %s",
            [Jsonb(values) if values else None, row["row_id"]],
        )
        # Stays when the batch is delivered anew: a release that holds this revision can be rebuilt.
        connection.execute(
            "insert into quarantine.correction (batch_id, revision, row_number, correction) values (%s, %s, %s, %s)",
            [row["batch_id"], found[0], row["row_number"], Jsonb(values) if values else None],
        )
    _log.info("Row %d of %s was let in", row["row_number"], row["batch_id"])
    return None


def kept(connection: psycopg.Connection, batch_id: str) -> Kept:
    """Return the corrections of a batch: rule, payload as delivered, corrected values."""
    query = "select rule, payload, correction from quarantine.row where batch_id = %s and correction is not null"
    return connection.execute(query + " order by row_id", [batch_id]).fetchall()


def put_back(connection: psycopg.Connection, batch_id: str, corrections: Kept) -> None:
    """Give corrections to the rows of a new delivery that are held as those of the earlier one were."""
    for rule, payload, values in corrections:
        connection.execute(
            """update quarantine.row set correction = %s, state = 'corrected' where row_id = (
                select min(row_id) from quarantine.row
                where batch_id = %s and rule = %s and payload = %s and correction is null)""",
            [Jsonb(values), batch_id, rule, Jsonb(payload)],
        )


def apply_again(connection: psycopg.Connection, batch_id: str) -> None:
    """Let in the rows of a newly loaded batch that have a correction; one that breaks a rule now is held."""
    with connection.cursor(row_factory=dict_row) as cursor:
        query = "select * from quarantine.row where batch_id = %s and state = 'corrected' order by row_id"
        rows = cursor.execute(query, [batch_id]).fetchall()
    for row in rows:
        try:
            refusal = let_in(connection, row, row["correction"])
        except AnsinhError as error:
            refusal = error.message
        if refusal:
            _log.warning("Row %d of %s: its correction breaks a rule now: %s", row["row_number"], batch_id, refusal)
            connection.execute("update quarantine.row set state = 'held' where row_id = %s", [row["row_id"]])


def _frame(contract: Contract, payload: dict[str, Any], values: dict[str, Any]) -> pl.DataFrame:
    sources = {field.name: field.source for field in contract.fields}
    if unknown := [name for name in values if name not in sources]:
        raise AnsinhError(f"{contract.name} has no field {', '.join(unknown)}.", f"Fields: {', '.join(sources)}.")
    given = payload | {sources[name]: value for name, value in values.items()}
    names = list(sources.values())
    return text_frame([dict.fromkeys(names) | given], names).select(names)


def insert_row(
    connection: psycopg.Connection, contract: Contract, batch_id: str, number: int, values: dict[str, Any]
) -> None:
    """Add one row to a loaded batch."""
    row = {**{field.name: values[field.name] for field in contract.fields}, "_batch_id": batch_id, "_row": number}
    statement = sql.SQL("insert into {} ({}) values ({})").format(
        sql.SQL(contract.raw_table),
        sql.SQL(", ").join(map(sql.Identifier, row)),
        sql.SQL(", ").join([sql.Placeholder()] * len(row)),
    )
    connection.execute(statement, list(row.values()))
