"""Great Expectations on small tables of measures: one row per subject, one column per measure.

Whatever is judged has been measured first, by polars for deliveries and by one SQL query per suite for the stages.
So a suite reads a few dozen rows, every failing row has a name (a batch, a registry, an indicator and month), and
no value of a person reaches a result. The import of Great Expectations takes seconds: it happens inside functions.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, field
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self

from ansinh.database import Role, role_url
from ansinh.errors import AnsinhError

if TYPE_CHECKING:
    import pandas as pd
    from great_expectations import ExpectationSuite, ValidationDefinition
    from great_expectations.core.batch_definition import BatchDefinition
    from great_expectations.data_context.data_context.ephemeral_data_context import EphemeralDataContext
    from great_expectations.datasource.fluent.postgres_datasource import PostgresDatasource
    from great_expectations.expectations.expectation import Expectation

Severity = Literal["critical", "warning", "info"]

FIELD = ".field"
"""Ending of a column that names the field which a measure of the row is about, for example `mean_factor.field`."""


@dataclass(frozen=True)
class Finding:
    """What one expectation said of one subject.

    Attributes:
        expectation: the expectation in words.
        measure: the column that was judged.
        subject: the row that failed; None where every row passed.
        observed: the value of the failing row, or how many rows were looked at.
    """

    expectation: str
    measure: str
    severity: Severity
    success: bool
    subject: str | None
    observed: str


@dataclass(frozen=True)
class Judgement:
    """A suite's result: the findings, and the documents that Data Docs are built from."""

    suite: str
    findings: list[Finding]
    suite_json: str = field(repr=False)
    result_json: str = field(repr=False)

    def failed(self, severity: Severity) -> list[Finding]:
        """Return the findings of a severity that did not pass."""
        return [finding for finding in self.findings if not finding.success and finding.severity == severity]

    def count_failed(self, severity: Severity) -> int:
        """How many expectations of a severity failed, whatever the number of rows."""
        return len({(finding.expectation, finding.measure) for finding in self.failed(severity)})

    @property
    def evaluated(self) -> int:
        """How many expectations were evaluated."""
        return len({(finding.expectation, finding.measure, finding.severity) for finding in self.findings})


def quieten() -> None:
    """Keep Great Expectations' remarks about itself out of the log; call it before the first import."""
    logging.getLogger("great_expectations").setLevel(logging.WARNING)


def critical(
    measure: str, says: str, low: float | None = None, high: float | None = None, *, above: bool = False
) -> Expectation:
    """Return the expectation, which stops the stage, that a measure lies within bounds in every row.

    Args:
        measure: column of the table of measures; rows without a value pass.
        says: the expectation in words, as the operator reads it.
        low: smallest value allowed.
        high: largest value allowed.
        above: whether `low` itself is too small.
    """
    return _within(measure, says, "critical", low, high, above)


def warning(measure: str, says: str, low: float | None = None, high: float | None = None) -> Expectation:
    """Return the expectation, which is recorded and shown but stops nothing, that a measure lies within bounds."""
    return _within(measure, says, "warning", low, high, above=False)


def _within(
    measure: str, says: str, severity: Severity, low: float | None, high: float | None, above: bool
) -> Expectation:
    from great_expectations.expectations.core.expect_column_values_to_be_between import (
        ExpectColumnValuesToBeBetween,
    )
    from great_expectations.expectations.metadata_types import FailureSeverity

    return ExpectColumnValuesToBeBetween(
        column=measure,
        min_value=low,
        max_value=high,
        strict_min=above,
        severity=FailureSeverity(severity),
        description=says,
    )


class Judge:
    """Great Expectations in memory, with the warehouse and tables of measures as data sources.

    Attributes:
        context: an ephemeral data context.
    """

    def __init__(self) -> None:
        quieten()
        import great_expectations as gx
        from great_expectations.data_context.types.base import (
            DataContextConfig,
            InMemoryStoreBackendDefaults,
            ProgressBarsConfig,
        )

        # No site of its own: Data Docs are built from the stored results, see `data_docs`.
        config = DataContextConfig(
            store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
            progress_bars=ProgressBarsConfig(globally=False),
            analytics_enabled=False,
        )
        self.context: EphemeralDataContext = gx.get_context(mode="ephemeral", project_config=config)
        self._frames = self.context.data_sources.add_pandas("measures")

    @cached_property
    def _warehouse(self) -> PostgresDatasource:
        url = role_url(Role.CHECKER).render_as_string(hide_password=False)
        # A temporary table, or else every expectation would run its query again.
        return self.context.data_sources.add_postgres("warehouse", connection_string=url, create_temp_table=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if "_warehouse" in vars(self):
            self._warehouse.get_execution_engine().close()
            self._warehouse.get_engine().dispose()

    def judge_frame(self, suite: ExpectationSuite, frame: pd.DataFrame, index: str) -> Judgement:
        """Judge a table of measures in memory; `index` is the column that names the rows."""
        named = [index, *(name for name in frame.columns if name.endswith(FIELD))]
        batch = self._frames.add_dataframe_asset(suite.name).add_batch_definition_whole_dataframe("all")
        return _run(self._define(suite, batch), named, {"dataframe": frame})

    def judge_query(self, suite: ExpectationSuite, query: str, index: str) -> Judgement:
        """Judge the result of a query in the warehouse, as the role that checks; the query runs once.

        Raises:
            AnsinhError: the query fails, for example because its tables have not been built.
        """
        import sqlalchemy as sa

        try:
            return _run(self.define_query(suite, query), [index])
        except sa.exc.DBAPIError as error:
            reason = str(error.orig).splitlines()[0]
            raise AnsinhError(
                f"The suite {suite.name} cannot be judged: {reason}.", "Build the stage first: ./ansinh build."
            ) from error

    def define_query(self, suite: ExpectationSuite, query: str) -> ValidationDefinition:
        """Add a query and its suite to the context, as a validation definition with the suite's name."""
        # The data source takes nothing that does not start with SELECT.
        asset = self._warehouse.add_query_asset(suite.name, query=f"SELECT * FROM (\n{query}\n) AS measures")
        return self._define(suite, asset.add_batch_definition_whole_table("all"))

    def _define(self, suite: ExpectationSuite, batch: BatchDefinition[Any]) -> ValidationDefinition:
        from great_expectations import ValidationDefinition

        self.context.suites.add(suite)
        return self.context.validation_definitions.add(ValidationDefinition(name=suite.name, data=batch, suite=suite))


def _run(definition: ValidationDefinition, named: list[str], parameters: dict[str, Any] | None = None) -> Judgement:
    # COMPLETE is what names failing rows; the tables of measures are small, so it costs nothing.
    result: Any = definition.run(
        batch_parameters=parameters,
        result_format={"result_format": "COMPLETE", "unexpected_index_column_names": named},
    )
    findings = [finding for entry in result.results for finding in _findings(entry, named[0])]
    suite = definition.suite
    return Judgement(suite.name, findings, json.dumps(suite.to_json_dict()), json.dumps(result.to_json_dict()))


def _findings(entry: Any, index: str) -> list[Finding]:
    configuration = entry.expectation_config
    measure, severity = configuration.kwargs["column"], configuration.severity.value

    def finding(subject: str | None, observed: str) -> Finding:
        return Finding(configuration.description, measure, severity, bool(entry.success), subject, observed)

    if entry.success:
        return [finding(None, f"{entry.result.get('element_count')} rows")]
    failing = entry.result.get("unexpected_index_list")
    if not failing:
        return [finding(None, f"could not be evaluated: {_reason(entry.exception_info)}")]
    return [finding(str(row[index]), f"{_measure(row, measure)} = {_number(row[measure])}") for row in failing]


def _measure(row: dict[str, Any], measure: str) -> str:
    """Return the measure's name with the field that it is about in this row, if there is one."""
    name = row.get(f"{measure}{FIELD}")
    return f"{measure} of {name}" if name else measure


def _reason(exception_info: Any) -> str:
    """Return the first message; Great Expectations keeps one for the expectation or one for each metric."""
    infos = [exception_info, *exception_info.values()] if isinstance(exception_info, dict) else []
    messages = [info["exception_message"] for info in infos if isinstance(info, dict) and info.get("exception_message")]
    return str(messages[0]).strip().splitlines()[0] if messages else "no reason was given"


def _number(value: Any) -> str:
    return f"{float(value):.4g}" if isinstance(value, float) else str(value)
