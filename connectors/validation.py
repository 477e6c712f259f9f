"""Rows against their contract, column by column: what is right is typed, what is wrong is held with its reasons."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import compress

import polars as pl

from ansinh.errors import AnsinhError
from connectors.contract import Contract, Field
from connectors.source import Reject
from connectors.tables import with_timestamps

REJECTED_SCHEMA: dict[str, pl.DataType] = {
    "_row": pl.Int64(),
    "rule": pl.String(),
    "field": pl.String(),
    "reason": pl.String(),
    "payload": pl.String(),
}
_TRUE, _FALSE = ["true", "t", "1"], ["false", "f", "0"]


@dataclass(frozen=True, eq=False)
class _Rule:
    """A condition that breaks a row: `broken` is true where the row must be held."""

    name: str
    field: str | None
    reason: str
    broken: pl.Expr


_Compiled = tuple[list[pl.Expr], list[pl.Expr], list[_Rule], list[pl.Expr]]


@dataclass
class Checked:
    """Rows after the check: `accepted` typed as in the contract, `rejected` with rule, reason and payload."""

    accepted: pl.DataFrame
    rejected: pl.DataFrame
    warnings: set[str] = field(default_factory=set)


class Validator:
    """Checks deliveries of one data set; rows are numbered through the whole delivery."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self.received = 0
        self._schema = {"_row": pl.Int64(), **contract.polars_schema()}
        self._compiled: dict[tuple[tuple[str, pl.DataType], ...], _Compiled] = {}

    def check(self, rows: pl.DataFrame, rejects: Iterable[Reject] = ()) -> Checked:
        """Return the rows split into accepted and rejected.

        Raises:
            AnsinhError: a required column is missing, so the delivery as a whole is broken.
        """
        warnings = self._compare_columns(rows)
        held = [self._unreadable(list(rejects))]
        if not rows.height:
            return Checked(pl.DataFrame(schema=self._schema), pl.concat(held), warnings)
        rows = with_timestamps(rows, self._timestamps(rows))
        schema = rows.schema
        given, typed, rules, tests = self._compiled.get(tuple(schema.items())) or self._compile(schema)
        start = self.received + 1
        numbers = pl.int_range(start, start + rows.height, dtype=pl.Int64).alias("_row")
        values = rows.select(numbers, *given).with_columns(typed)
        broken = {rule: marks for rule, marks in zip(rules, values.select(tests), strict=True) if marks.any()}
        accepted, rejected = self._split(values, broken, rows)
        self.received += rows.height
        return Checked(accepted[list(self._schema)], pl.concat([*held, rejected]), warnings)

    def _timestamps(self, rows: pl.DataFrame) -> list[str]:
        """Return the columns of text that hold timestamps in the ISO form."""
        return [
            field.source for field in self.contract.fields
            if field.logical_type == "timestamp" and not field.date_format
            and rows.schema.get(field.source) == pl.String
        ]  # fmt: skip

    def _compile(self, schema: pl.Schema) -> _Compiled:
        """Return the expressions that read and judge rows of a form; a delivery has one form, seldom two."""
        rules = [rule for field in self.contract.fields for rule in _field_rules(field, schema)]
        for row_rule in self.contract.row_rules:
            holds = pl.sql_expr(row_rule.expression)
            rules.append(_Rule(row_rule.name, None, f"{row_rule.expression} does not hold", ~holds))
        given = [_given(field, schema) for field in self.contract.fields]
        typed = [_typed(field, schema) for field in self.contract.fields if _needs_conversion(field, schema)]
        tests = [rule.broken.alias(str(i)) for i, rule in enumerate(rules)]
        self._compiled[tuple(schema.items())] = compiled = (given, typed, rules, tests)
        return compiled

    def _compare_columns(self, rows: pl.DataFrame) -> set[str]:
        given = set(rows.columns)
        known = {field.source for field in self.contract.fields}
        missing = [field for field in self.contract.fields if field.source not in given]
        if rows.width and (required := [field.source for field in missing if field.required]):
            raise AnsinhError(
                f"{self.contract.registry}.{self.contract.dataset}: the delivery has no column {', '.join(required)}.",
                f"Ask the registry, or change contracts/{self.contract.name}.yaml if it was agreed.",
            )
        unknown = {f"unknown column {name} ignored" for name in given - known}
        return unknown | {f"optional column {field.source} is missing" for field in missing if rows.width}

    def _split(
        self, typed: pl.DataFrame, broken: dict[_Rule, pl.Series], rows: pl.DataFrame
    ) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Return the rows that keep the rules, and those that break one of those that any row breaks."""
        if not broken:
            return typed, pl.DataFrame(schema=REJECTED_SCHEMA)
        marks = pl.DataFrame(list(broken.values())).fill_null(False)
        bad = marks.select(pl.any_horizontal(pl.all())).to_series()
        # Few rows are held, so that reading their rules one by one is cheaper than asking for columns.
        found = [list(compress(broken, of_row)) for of_row in marks.filter(bad).rows()]
        held = pl.DataFrame(
            {
                "_row": typed["_row"].filter(bad),
                "rule": [first.name for first, *_ in found],
                "field": [first.field for first, *_ in found],
                "reason": ["; ".join(rule.reason for rule in of_row) for of_row in found],
                "payload": rows.filter(bad).select(pl.struct(pl.all()).struct.json_encode()).to_series(),
            },
            schema=REJECTED_SCHEMA,
        )
        return typed.filter(~bad), held

    def _unreadable(self, rejects: list[Reject]) -> pl.DataFrame:
        import json

        start = self.received + 1
        self.received += len(rejects)
        return pl.DataFrame(
            [
                (start + i, item.rule, item.field, item.reason, json.dumps(item.payload, ensure_ascii=False))
                for i, item in enumerate(rejects)
            ],
            schema=REJECTED_SCHEMA,
            orient="row",
        )


def _original(name: str) -> str:
    return f"{name}\0given"


def _needs_conversion(item: Field, schema: pl.Schema) -> bool:
    return item.source in schema and schema[item.source] != item.polars_type()


def _given(item: Field, schema: pl.Schema) -> pl.Expr:
    """The value as delivered; empty text counts as missing."""
    if item.source not in schema:
        return pl.lit(None, item.polars_type()).alias(item.name)
    column = pl.col(item.source)
    if schema[item.source] == pl.String:
        column = pl.when(column.str.len_bytes() > 0).then(column)
    name = _original(item.name) if _needs_conversion(item, schema) else item.name
    return column.alias(name)


def _typed(item: Field, schema: pl.Schema) -> pl.Expr:
    """The value in the contract's type; null where it cannot be read as such."""
    column, given = pl.col(_original(item.name)), schema[item.source]
    if given == pl.String:
        return _parsed(item, column).alias(item.name)
    if item.logical_type == "boolean":
        column = pl.when(column.cast(pl.Int64, strict=False).is_in([0, 1])).then(column)
    elif item.logical_type == "integer" and given.is_float():
        column = pl.when(column == column.floor()).then(column)
    elif item.logical_type in ("date", "timestamp") and not given.is_temporal():
        return pl.lit(None, item.polars_type()).alias(item.name)
    return column.cast(item.polars_type(), strict=False).alias(item.name)


def _parsed(item: Field, column: pl.Expr) -> pl.Expr:
    match item.logical_type:
        case "boolean":
            lower = column.str.to_lowercase()
            return pl.when(lower.is_in(_TRUE)).then(True).when(lower.is_in(_FALSE)).then(False)
        case "date":
            return column.str.to_date(item.date_format or "%Y-%m-%d", strict=False)
        case "timestamp":
            if item.date_format:
                return column.str.to_datetime(item.date_format, time_unit="us", strict=False)
            iso = column.str.replace(" ", "T", literal=True)
            return iso.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", time_unit="us", strict=False)
        case _:
            return column.cast(item.polars_type(), strict=False)


def _field_rules(item: Field, schema: pl.Schema) -> list[_Rule]:
    name, column = item.name, pl.col(item.name)
    rules: list[_Rule] = []

    def rule(kind: str, reason: str, broken: pl.Expr) -> None:
        rules.append(_Rule(kind, name, f"{name} {reason}", broken))

    present = column.is_not_null()
    if _needs_conversion(item, schema):
        present = pl.col(_original(name)).is_not_null()
        rule("type", f"is not a {item.logical_type}", present & column.is_null())
    if item.required:
        rule("required", "is missing", ~present)
    if item.pattern:
        # The contract means ASCII digits; the regular expressions of polars would take digits of any script.
        rule("pattern", f"does not match {item.pattern}", ~column.str.contains(item.pattern.replace(r"\d", "[0-9]")))
    if item.max_length is not None:
        rule("max_length", f"is longer than {item.max_length} characters", column.str.len_chars() > item.max_length)
    if item.minimum is not None:
        rule("minimum", f"is below {item.minimum:g}", column < item.minimum)
    if item.maximum is not None:
        rule("maximum", f"is above {item.maximum:g}", column > item.maximum)
    if item.valid_values:
        values = ", ".join(str(value) for value in item.valid_values)
        allowed = pl.Series(item.valid_values, dtype=item.polars_type())
        rule("valid_values", f"is not one of {values}", ~column.is_in(allowed.implode()))
    return rules
