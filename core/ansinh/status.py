"""What is in the system: batches, the newest result of each gate, and the newest release, from the ledgers."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.rows import dict_row

from ansinh.database import Role, connect
from ansinh.errors import AnsinhError

_BATCHES = """
    select batch_id, registry, dataset, period, state, rows_received, rows_accepted, rows_quarantined, sha256, error
    from ingest.batch order by registry, dataset, period
"""
_GATES = """
    select distinct on (stage, suite) stage, suite, success, critical_failed, warning_failed, checked_at
    from quality.gate_result order by stage, suite, gate_id desc
"""
_RELEASE = """
    select release_id, period, vintage, published_at from release.state where state = 'published'
    order by published_at desc limit 1
"""

Row = dict[str, Any]


def read() -> Row:
    """Return `{"batches": [...], "gates": [...], "release": {...} or None}`; `published_at` in ISO 8601.

    Raises:
        AnsinhError: the warehouse cannot be reached or has not been set up.
    """
    try:
        # The publisher reads every ledger and no personal data.
        with connect(Role.PUBLISHER) as connection, connection.cursor(row_factory=dict_row) as cursor:
            batches, gates, releases = (cursor.execute(query).fetchall() for query in (_BATCHES, _GATES, _RELEASE))
    except (psycopg.errors.UndefinedTable, psycopg.errors.InsufficientPrivilege) as error:
        raise AnsinhError("The warehouse has not been set up.", "Run ./ansinh up.") from error
    return {"batches": batches, "gates": gates, "release": releases[0] if releases else None}


def summarise(batches: list[Row]) -> list[Row]:
    """Return a row per data set: its months, how many batches are in each state, and its rows."""
    data_sets: dict[tuple[str, str], Row] = {}
    for batch in batches:
        summary = data_sets.setdefault(
            (batch["registry"], batch["dataset"]),
            {"first": batch["period"], "last": batch["period"], "states": {}, "accepted": 0, "quarantined": 0},
        )
        summary["last"] = batch["period"]
        summary["states"][batch["state"]] = summary["states"].get(batch["state"], 0) + 1
        summary["accepted"] += batch["rows_accepted"]
        summary["quarantined"] += batch["rows_quarantined"]
    return [{"registry": registry, "dataset": dataset, **row} for (registry, dataset), row in data_sets.items()]
