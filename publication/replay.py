"""The process of a rebuild: batches, corrections and decisions come by standard input, figures are built from them.

Run as `python -m publication.replay` with settings of its own (see `publication.rebuild`).
"""

from __future__ import annotations

import json
import sys
from typing import Any

import psycopg
import pyarrow.parquet as pq
from psycopg.rows import dict_row

from ansinh import database, transformation
from ansinh.database import Role
from ansinh.errors import AnsinhError
from ansinh.settings import get_settings
from connectors import correction, loading
from connectors.batch_file import held_path
from connectors.contract import registries
from linkage import store

_BATCH = """
    insert into ingest.batch (batch_id, registry, dataset, period, cursor_to, state, revision, rows_received,
        rows_accepted, rows_quarantined, sha256, landing_path, contract_version, code_version)
    values (%(batch_id)s, %(registry)s, %(dataset)s, %(period)s, '', 'checked', %(revision)s, %(received)s,
        %(accepted)s, %(held)s, %(sha256)s, %(landing_path)s, '', '')
"""
_DECISION = """
    insert into identity.decision (left_dataset, left_record, right_dataset, right_record, verdict, reason, decided_by,
        decided_at)
    values (%(left_dataset)s, %(left_record)s, %(right_dataset)s, %(right_record)s, %(verdict)s, %(reason)s,
        %(decided_by)s, %(decided_at)s)
"""


def main() -> None:
    """Load what standard input names into the database of the settings, and build every layer."""
    inputs = json.load(sys.stdin)
    database.bootstrap()
    with database.connect(Role.LOADER) as connection:
        connection.cursor().executemany(_BATCH, [_batch(batch) for batch in inputs["batches"]])
    for registry in registries():
        loading.load(registry)
    with database.connect(Role.LOADER) as connection:
        for batch in inputs["batches"]:
            for let_in in batch["corrections"]:
                _let_in(connection, batch["batch_id"], let_in)
    store.create_tables()
    with database.connect(Role.TRANSFORMER) as connection:
        connection.cursor().executemany(_DECISION, inputs["decisions"])
    transformation.build()


def _batch(batch: dict[str, Any]) -> dict[str, Any]:
    """Return the row of a delivery as it was before any of its held rows was let in."""
    path = get_settings().landing_dir / batch["landing_path"]
    registry, dataset, period = batch["batch_id"].split(".")
    accepted = pq.read_metadata(path).num_rows
    held = pq.read_metadata(held_path(path)).num_rows if held_path(path).exists() else 0
    return batch | {
        "registry": registry, "dataset": dataset, "period": period, "accepted": accepted, "held": held,
        "received": accepted + held, "revision": batch["revision"] - len(batch["corrections"]),
    }  # fmt: skip


def _let_in(connection: psycopg.Connection, batch_id: str, let_in: dict[str, Any]) -> None:
    with connection.cursor(row_factory=dict_row) as cursor:
        held = cursor.execute(
            "select * from quarantine.row where batch_id = %s and row_number = %s and state = 'held'",
            [batch_id, let_in["row_number"]],
        ).fetchone()
    if held is None:
        raise AnsinhError(f"{batch_id} holds no row {let_in['row_number']} that was let in.")
    if refusal := correction.let_in(connection, held, let_in["correction"] or {}):
        raise AnsinhError(f"Row {let_in['row_number']} of {batch_id} breaks a rule now: {refusal}.")


if __name__ == "__main__":
    main()
