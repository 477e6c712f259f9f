"""Deliveries that come through the landing folder: written as files, noted in the ledger, passed, and loaded."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

import polars as pl

from ansinh.database import Role, connect
from ansinh.settings import get_settings
from connectors import ledger, loading
from connectors.batch_file import BatchFile
from connectors.contract import Contract, Field, load_contract
from connectors.ledger import Batch
from connectors.validation import REJECTED_SCHEMA, Checked
from tests.dbt_project.country import plain

Row = dict[str, Any]


def land(registry: str, dataset: str, period: str, rows: list[Row], held: Sequence[Row] = ()) -> None:
    """Land a delivery and load it; fields that a row does not name get a plain value.

    Args:
        registry: the registry.
        dataset: its data set.
        period: month of the batch.
        rows: rows that keep the contract.
        held: rows that do not, held for an unknown `kind`.
    """
    contract = load_contract(registry, dataset)
    frame = pl.DataFrame([_typed(contract, row) for row in rows], schema=contract.polars_schema(), orient="row")
    numbered = frame.with_row_index("_row", offset=1).cast({"_row": pl.Int64})
    rejected = [
        (len(rows) + place, "invalid_values", "kind", "unknown kind", json.dumps(_payload(contract, row)))
        for place, row in enumerate(held, start=1)
    ]
    folder = get_settings().landing_dir / registry / dataset / period
    with BatchFile(contract, folder) as file:
        file.write(Checked(numbered, pl.DataFrame(rejected, schema=REJECTED_SCHEMA, orient="row")))
        path = file.commit()
    batch = Batch(
        batch_id=contract.batch_id(period), registry=registry, dataset=dataset, period=period, cursor_from=None,
        cursor_to="", state="landed", revision=1, rows_received=len(rows) + len(held), rows_accepted=len(rows),
        rows_quarantined=len(held), bytes=file.bytes, sha256=file.sha256,
        landing_path=str(path.relative_to(get_settings().landing_dir)), contract_version=contract.version,
        code_version="test", error=None,
    )  # fmt: skip
    with connect(Role.LOADER) as connection:
        ledger.record_landed(connection, batch)
        connection.execute("update ingest.batch set state = 'checked' where batch_id = %s", [batch.batch_id])
    loading.load(registry)


def _typed(contract: Contract, row: Row) -> list[Any]:
    return [_value(field, row.get(field.name, plain(field))) for field in contract.fields]


def _payload(contract: Contract, row: Row) -> dict[str, Any]:
    values = zip(contract.fields, _typed(contract, row), strict=True)
    return {field.source: None if value is None else str(value) for field, value in values}


def _value(field: Field, value: Any) -> Any:
    return dt.date.fromisoformat(value) if field.logical_type == "date" and isinstance(value, str) else value
