"""Tables of the warehouse as dbt declares them, without dbt: the gate reads tables, whoever made them."""

from __future__ import annotations

from pathlib import Path

import yaml

from ansinh.database import Role, connect
from ansinh.settings import PROJECT_ROOT
from connectors.contract import all_contracts

_MODELS = PROJECT_ROOT / "dbt_project" / "models"

# What staging adds to the contract's columns.
_NORMALISED = {
    "personal_number_key": "text",
    "personal_number_restored": "boolean",
    "old_id_key": "text",
    "si_number_key": "text",
    "name_key": "text",
    "born_on": "date",
    "sex_code": "text",
}


def create_declared(layer: str) -> None:
    """Create the tables that a layer's models declare with types."""
    statements = []
    for path in sorted(Path(_MODELS, layer).rglob("_*.yml")):
        for model in yaml.safe_load(path.read_text("utf-8")).get("models", []):
            columns = {column["name"]: column["data_type"] for column in model["columns"] if "data_type" in column}
            if columns:
                statements.append(_create(f"{layer}.{model['name']}", columns))
    run(";".join(statements))


def create_staging() -> None:
    """Create the staging tables: the contract's columns, the normalised ones, and a unique index on a row number."""
    statements = []
    for contract in all_contracts():
        columns = {field.name: field.physical_type for field in contract.fields} | _NORMALISED
        table = f"staging.stg_{contract.registry}__{contract.dataset}"
        statements.append(_create(table, columns | {"_batch_id": "text", "row_key": "serial"}))
        statements.append(f"create unique index on {table} (row_key)")
    run(";".join(statements))


def run(statement: str) -> None:
    """Execute statements as the role that builds the warehouse."""
    with connect(Role.TRANSFORMER) as connection:
        connection.execute(statement)


def _create(table: str, columns: dict[str, str]) -> str:
    return f"create table {table} ({', '.join(f'{name} {kind}' for name, kind in columns.items())})"
