"""A country of a few persons, delivered by hand into `raw`, so that each test can say what must come out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from ansinh import ledger, transformation
from ansinh.database import Role, admin_url, bootstrap, connect
from connectors.contract import Field, load_contract, registries
from connectors.correction import insert_row
from connectors.loading import create_tables

AN, BINH = "001080000001", "027190000002"
BUILT = ("staging", "identity", "warehouse", "indicators", "bi")


def found() -> None:
    """Empty the warehouse and create the raw tables of all registries."""
    with psycopg.connect(admin_url().set(drivername="postgresql").render_as_string(hide_password=False)) as connection:
        connection.execute("truncate ingest.batch cascade")
        for schema, owner in {"raw": Role.LOADER, **dict.fromkeys(BUILT, Role.TRANSFORMER)}.items():
            connection.execute(f"drop schema {schema} cascade".encode())
            connection.execute(f"create schema {schema} authorization {owner}".encode())
    bootstrap()
    with connect(Role.LOADER) as connection:
        for registry in registries():
            create_tables(connection, registry)


def deliver(registry: str, dataset: str, period: str, rows: list[dict[str, Any]]) -> None:
    """Load a batch, or a corrected delivery of it; fields that a row does not name get a plain value."""
    contract = load_contract(registry, dataset)
    batch_id = contract.batch_id(period)
    partition = f'raw."{batch_id}"'
    with connect(Role.LOADER) as connection:
        connection.execute(f"drop table if exists {partition}".encode())
        connection.execute(
            f"create table {partition} partition of {contract.raw_table} for values in ('{batch_id}')".encode()
        )
        for number, row in enumerate(rows, start=1):
            values = {field.name: row.get(field.name, plain(field)) for field in contract.fields}
            insert_row(connection, contract, batch_id, number, values)
        connection.execute(
            """insert into ingest.batch (batch_id, registry, dataset, period, state, rows_received, rows_accepted,
                contract_version, code_version, loaded_at)
            values (%s, %s, %s, %s, 'loaded', %s, %s, '1.0.0', 'test', clock_timestamp())
            on conflict (batch_id) do update set revision = batch.revision + 1, loaded_at = clock_timestamp(),
                rows_received = excluded.rows_received, rows_accepted = excluded.rows_accepted""",
            [batch_id, registry, dataset, period, len(rows), len(rows)],
        )


def build() -> None:
    """Build every layer and note in the ledger what was worked in, as the DAG does."""
    revisions = ledger.unprocessed("warehouse")
    transformation.build()
    ledger.mark("warehouse", revisions)


def query(statement: str, role: Role = Role.TRANSFORMER) -> list[tuple[Any, ...]]:
    """Return the rows of a query."""
    with connect(role) as connection:
        return connection.execute(statement.encode()).fetchall()


@contextmanager
def without(table: str, column: str) -> Iterator[None]:
    """Take a column of a table of `raw` away for a while."""
    with connect(Role.LOADER) as connection:
        connection.execute(f"alter table {table} rename column {column} to away".encode())
    try:
        yield
    finally:
        with connect(Role.LOADER) as connection:
            connection.execute(f"alter table {table} rename column away to {column}".encode())


def person(number: str, name: str, born: str, sex: str, sequence: int) -> dict[str, Any]:
    """Return a row of the population register."""
    return {"change_seq": sequence, "personal_number": number, "full_name": name, "birth_date": born, "sex": sex,
            "life_status": "alive", "death_date": None, "updated_at": dt.datetime(2025, 1, 2)}  # fmt: skip


def contribution(si_number: str, month: str, *, version: int = 1, **changes: Any) -> dict[str, Any]:
    """Return a contribution to compulsory insurance."""
    return {"si_number": si_number, "month": month, "kind": "compulsory", "unit_code": "TE0001A", "version": version,
            "change_type": "declared", "wage_base": 10, "ui_amount": 1, **changes}  # fmt: skip


def settle() -> None:
    """Begin with an empty warehouse and two persons in it, see `bring`."""
    found()
    bring(deliver)


def bring(deliver: Callable[[str, str, str, list[dict[str, Any]]], None]) -> None:
    """Deliver two persons with social insurance numbers, and their contributions of January and February 2025."""
    deliver(
        "population",
        "person",
        "2025-01",
        [person(AN, "Nguyễn Văn An", "1980-01-02", "Nam", 1), person(BINH, "Trần Thị Bình", "1990", "Nữ", 2)],
    )
    deliver("vss", "participant", "2025-01", [
        {"si_number": "0100000001", "personal_number": AN.lstrip("0"), "full_name": "NGUYEN VAN AN",
         "birth_date": "02/01/1980", "sex": 1, "province_code": "24", "area_list": "63"},
        {"si_number": "0100000002", "personal_number": BINH, "full_name": "Trần Thị Bình", "birth_date": "1990",
         "sex": 0, "province_code": "24", "area_list": "34"},
    ])  # fmt: skip
    deliver(
        "vss",
        "employer",
        "2025-01",
        [{"unit_code": "TE0001A", "province_code": "24", "area_list": "63", "vsic_code": "C10"}],
    )
    for month in ("2025-01", "2025-02"):
        deliver(
            "vss",
            "contribution",
            month,
            [contribution(number, f"{month}-01") for number in ("0100000001", "0100000002")],
        )
    deliver("reference", "labour_force", "2025-01", [
        {"month": f"{month}-01", "area_list": "63", "province_code": "24", "sex": sex, "age_group": age,
         "labour_force_working_age": 2}
        for month in ("2025-01", "2025-02") for sex, age in (("M", "Y45T54"), ("F", "Y25T34"))
    ])  # fmt: skip


def plain(field: Field) -> Any:
    """Return the value of a field that a test has nothing to say about: none, or the first that is valid."""
    if not field.required:
        return None
    if field.valid_values:
        return field.valid_values[0]
    return {"string": "x", "integer": 1, "number": 1, "boolean": False, "date": dt.date(2025, 1, 1),
            "timestamp": dt.datetime(2025, 1, 1)}[field.logical_type]  # fmt: skip
