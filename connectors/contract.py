"""Data contracts: `contracts/<registry>_<dataset>.yaml` in the Open Data Contract Standard, read once and cached.

They are the only place that lists fields. Everything else (Arrow and polars schemas, raw tables, checks of rows,
dbt sources, data dictionary) is derived from here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ansinh.errors import AnsinhError

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa
    from open_data_contract_standard.model import OpenDataContractStandard, SchemaProperty

CONTRACTS = Path(__file__).parent / "contracts"

# Java date patterns, as the contract standard writes them, to strftime.
_DATE_PATTERN = {"yyyyMMdd": "%Y%m%d", "yyyyMMddHHmm": "%Y%m%d%H%M"}
_DECIMAL = re.compile(r"numeric\((\d+),(\d+)\)")


@dataclass(frozen=True)
class Field:
    """One column of a data set.

    Attributes:
        source: name in the delivery; a leading `@` marks a value of the envelope around the rows.
        date_format: strftime format of dates written otherwise than in ISO 8601.
        valid_values: the allowed values, empty where any is allowed.
        classification: `personal`, `sensitive` or `internal`.
    """

    name: str
    source: str
    label: str
    description: str
    logical_type: str
    physical_type: str
    required: bool
    classification: str
    pattern: str | None
    max_length: int | None
    minimum: float | None
    maximum: float | None
    date_format: str | None
    valid_values: tuple[str | int, ...]

    def decimal(self) -> tuple[int, int]:
        """Return precision and scale of a number."""
        found = _DECIMAL.fullmatch(self.physical_type)
        if not found:
            raise AnsinhError(f"Field {self.name}: '{self.physical_type}' is not numeric(precision,scale).")
        return int(found[1]), int(found[2])

    def arrow_type(self) -> pa.DataType:
        """Return the Arrow type of accepted values."""
        import pyarrow as pa

        if self.logical_type == "number":
            return pa.decimal128(*self.decimal())
        return {
            "string": pa.string(),
            "integer": pa.int64(),
            "boolean": pa.bool_(),
            "date": pa.date32(),
            "timestamp": pa.timestamp("us"),
        }[self.logical_type]

    def polars_type(self) -> pl.DataType:
        """Return the polars type of accepted values."""
        import polars as pl

        if self.logical_type == "number":
            return pl.Decimal(*self.decimal())
        return {
            "string": pl.String(),
            "integer": pl.Int64(),
            "boolean": pl.Boolean(),
            "date": pl.Date(),
            "timestamp": pl.Datetime("us"),
        }[self.logical_type]


_MONTHS = {"month": 1, "year": 12}


@dataclass(frozen=True)
class RowRule:
    """A condition on one row, in SQL over the contract's columns; a row where it is false is held."""

    name: str
    expression: str
    description: str


@dataclass(frozen=True)
class Contract:
    """A data set of a registry, as agreed with it.

    Attributes:
        name: `<registry>_<dataset>`.
        raw_table: qualified name of the raw table.
        primary_key: columns that name a record; versions of a record share them.
        transport: how rows travel: rest, rest-page, xml-zip, sql, xml-envelope, csv.
        cursor_field: what orders deliveries: a column, or `file`.
        source_table: name of the table in the delivery.
        max_reject_share: share of held rows above which the delivery itself is broken.
        cycle_months: months after which deliveries repeat: 1, or 12 for yearly returns.
    """

    registry: str
    dataset: str
    version: str
    name: str
    title: str
    label: str
    description: str
    owner: str
    legal_basis: str
    raw_table: str
    fields: tuple[Field, ...]
    primary_key: tuple[str, ...]
    transport: str
    cursor_field: str
    source_table: str
    row_rules: tuple[RowRule, ...]
    max_reject_share: float
    cycle_months: int

    def arrow_schema(self) -> pa.Schema:
        """Return the Arrow schema of accepted rows."""
        import pyarrow as pa

        return pa.schema([pa.field(field.name, field.arrow_type()) for field in self.fields])

    def polars_schema(self) -> dict[str, pl.DataType]:
        """Return the polars schema of accepted rows."""
        return {field.name: field.polars_type() for field in self.fields}

    def create_table_sql(self) -> str:
        """Return the statement that makes the raw table: the fields, and where each row came from."""
        columns = [f"    {field.name} {field.physical_type}" for field in self.fields]
        columns += [
            "    _batch_id text not null",
            "    _row bigint not null",
            "    _loaded_at timestamptz not null default now()",
        ]
        return (
            f"create table if not exists {self.raw_table} (\n"
            + ",\n".join(columns)
            + "\n) partition by list (_batch_id)"
        )

    def batch_id(self, period: str) -> str:
        """Return the identifier of the delivery of a month."""
        return f"{self.registry}.{self.dataset}.{period}"


def load_contract(registry: str, dataset: str) -> Contract:
    """Return the contract of a data set.

    Raises:
        AnsinhError: there is no such contract, or the file breaks the standard.
    """
    path = CONTRACTS / f"{registry}_{dataset}.yaml"
    if not path.exists():
        known = ", ".join(sorted(path.stem for path in CONTRACTS.glob("*.yaml")))
        raise AnsinhError(f"There is no contract {registry}_{dataset}.", f"Known contracts: {known}.")
    return _read(path)


def all_contracts() -> list[Contract]:
    """Return every contract, by registry and data set."""
    return [_read(path) for path in sorted(CONTRACTS.glob("*.yaml"))]


def registries() -> list[str]:
    """Return the names of the registries."""
    return sorted({_registry_and_dataset(path)[0] for path in CONTRACTS.glob("*.yaml")})


def datasets(registry: str) -> list[str]:
    """Return the names of a registry's data sets.

    Raises:
        AnsinhError: the registry has no contract.
    """
    found = sorted(_registry_and_dataset(path)[1] for path in CONTRACTS.glob(f"{registry}_*.yaml"))
    if not found:
        raise AnsinhError(f"There is no registry '{registry}'.", f"Registries: {', '.join(registries())}.")
    return found


def _registry_and_dataset(path: Path) -> tuple[str, str]:
    registry, _, dataset = path.stem.partition("_")
    return registry, dataset


@cache
def _read(path: Path) -> Contract:
    import yaml
    from open_data_contract_standard.model import OpenDataContractStandard

    try:
        # The library's own reader uses the pure Python YAML parser, ten times slower.
        document = OpenDataContractStandard(**yaml.load(path.read_bytes(), yaml.CSafeLoader))
        return _contract(document)
    except (KeyError, TypeError, ValueError, yaml.YAMLError) as error:
        raise AnsinhError(f"The contract {path.name} cannot be read: {error}", "Correct the file.") from error


def _contract(document: OpenDataContractStandard) -> Contract:
    custom: dict[str | None, Any] = {prop.property: prop.value for prop in document.customProperties or []}
    (table,) = document.schema_ or []
    properties = table.properties or []
    keys = sorted((p for p in properties if p.primaryKey), key=lambda p: p.primaryKeyPosition or 0)
    rules = table.quality or []
    shares = [rule.mustBeLessOrEqualTo for rule in rules if rule.name == "reject_share"]
    frequency = next(term for term in document.slaProperties or [] if term.property == "frequency")
    return Contract(
        registry=custom["registry"],
        dataset=custom["dataset"],
        version=str(document.version),
        name=str(table.name),
        title=str(document.name),
        label=str(table.businessName),
        description=str(table.description),
        owner=str(getattr(document.team, "name", "")),
        legal_basis=str(custom.get("legalBasis", "")),
        raw_table=str(table.physicalName),
        fields=tuple(_field(prop) for prop in properties),
        primary_key=tuple(str(prop.name) for prop in keys),
        transport=custom["transport"],
        cursor_field=custom["cursorField"],
        source_table=custom.get("sourceTable", custom["dataset"]),
        row_rules=tuple(
            RowRule(str(rule.name), rule.query, rule.description or "")
            for rule in rules
            if rule.type == "sql" and rule.query
        ),
        max_reject_share=float(shares[0]) if shares and shares[0] is not None else 1.0,
        cycle_months=int(str(frequency.value)) * _MONTHS[str(frequency.unit)],
    )


def _field(prop: SchemaProperty) -> Field:
    options: dict[str, Any] = prop.logicalTypeOptions or {}
    valid = [rule.arguments for rule in prop.quality or [] if rule.metric == "invalidValues" and rule.arguments]
    date_format = options.get("format")
    return Field(
        name=str(prop.name),
        source=prop.physicalName or str(prop.name),
        label=str(prop.businessName),
        description=str(prop.description),
        logical_type=str(prop.logicalType),
        physical_type=str(prop.physicalType),
        required=bool(prop.required),
        classification=prop.classification or "internal",
        pattern=options.get("pattern"),
        max_length=options.get("maxLength"),
        minimum=options.get("minimum"),
        maximum=options.get("maximum"),
        date_format=_DATE_PATTERN[date_format] if date_format else None,
        valid_values=tuple(valid[0]["validValues"]) if valid else (),
    )
