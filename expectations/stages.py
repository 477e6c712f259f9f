"""The suites of the stages staging, warehouse and indicators: one query of measures each, and what they must be.

The queries lie in `sql/<stage>_<suite>.sql`. Each gives one row per subject, its name in the first column, and reads
its tables as seldom as it can. A measure that cannot be taken must not be null, because null passes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING

from ansinh.errors import AnsinhError
from expectations.judge import bounds

if TYPE_CHECKING:
    from great_expectations import ExpectationSuite
    from great_expectations.expectations.expectation import Expectation


@dataclass(frozen=True)
class StageSuite:
    """A suite of a stage.

    Attributes:
        index: the column that names the rows of the query.
        expectations: what must hold of each row.
    """

    stage: str
    name: str
    index: str
    expectations: Callable[[], list[Expectation]]

    def query(self) -> str:
        """Return the query that takes the measures."""
        text = resources.files("expectations.sql").joinpath(f"{self.stage}_{self.name}.sql").read_text("utf-8")
        return text.replace("{counts}", _counts()) if "{counts}" in text else text

    def suite(self) -> ExpectationSuite:
        """Return the suite in Great Expectations' form, `<stage>.<name>`."""
        from great_expectations import ExpectationSuite

        return ExpectationSuite(name=f"{self.stage}.{self.name}", expectations=self.expectations())


def suites(stage: str) -> list[StageSuite]:
    """Return the suites of a stage.

    Raises:
        AnsinhError: there is no such stage.
    """
    found = [suite for suite in _SUITES if suite.stage == stage]
    if not found:
        raise AnsinhError(f"There is no stage '{stage}'.", "Stages: staging, warehouse, indicators.")
    return found


def _counts() -> str:
    from connectors.contract import all_contracts

    return "\n    union all\n    ".join(
        f"select '{one.registry}.{one.dataset}' as dataset, 'stg_{one.registry}__{one.dataset}' as tablename, "
        f"count(*) as records, max(_batch_id) as newest from staging.stg_{one.registry}__{one.dataset}"
        for one in all_contracts()
    )


def _data_set() -> list[Expectation]:
    return [
        bounds("keys_enforced", "The table has a valid unique index on its key.", "critical", low=1),
        bounds("rows_without_source", "There are no more records than rows were delivered.", "critical", high=0),
        bounds("emptied", "The table is not empty where rows were delivered.", "critical", high=0),
        bounds("stale", "The newest loaded delivery of 100 rows or more is in the table.", "critical", high=0),
    ]


def _person_record() -> list[Expectation]:
    return [
        bounds("records", "There are records.", "critical", low=1),
        bounds("identified_share", "95 % of the records have a readable identifier.", "warning", low=0.95),
        bounds("identified_share", "80 % of the records have a readable identifier.", "critical", low=0.8),
        bounds("named_share", "Nearly every name can be read.", "critical", low=0.98),
        bounds("dated_share", "Nearly every birth date can be read.", "warning", low=0.98),
        bounds("dated_share", "Most birth dates can be read.", "critical", low=0.8),
        bounds("sexed_share", "Nearly every record says M or F.", "warning", low=0.98),
        bounds("sexed_share", "Most records say M or F.", "critical", low=0.8),
        bounds("foreign_sex_codes", "No sex code but M and F is left.", "critical", high=0),
        bounds("implausible_birth_share", "Birth dates lie between 1900 and today.", "warning", high=0),
        bounds("implausible_birth_share", "Nearly all birth dates lie between 1900 and today.", "critical", high=0.02),
        bounds("sex_agrees_share", "The sex agrees with the personal number (95 %).", "warning", low=0.95),
        bounds("sex_agrees_share", "The source's sex code is read the right way round (70 %).", "critical", low=0.7),
        bounds("birth_year_agrees_share", "The birth year agrees with the personal number (95 %).", "warning", low=0.95),
        bounds("birth_year_agrees_share", "Birth dates are read the right way (70 %).", "critical", low=0.7),
        bounds("restored_share", "Few personal numbers have lost their leading zeros.", "warning", high=0.2),
    ]


def _month() -> list[Expectation]:
    return [
        bounds("duplicates", "One figure per area, sex and age.", "critical", high=0),
        bounds("areas_off", "Every area of the list has figures, and no other.", "critical", 0, 0),
        bounds("sexes_off", "Men, women and the total have figures.", "critical", 0, 0),
        bounds("cells_missing", "Every combination of area, sex and age has a figure.", "critical", 0, 0),
        bounds("without_denominator", "Every figure has a denominator above 0.", "critical", high=0),
        bounds("without_numerator", "Every figure has a numerator of 0 or more.", "critical", high=0),
        bounds("without_concept", "Every figure says what its denominator is.", "critical", high=0),
        bounds("miscalculated", "Every value is 100 times numerator by denominator.", "critical", high=0),
        bounds("negative", "No value is below 0.", "critical", high=0),
        bounds("national_value", "The national value lies between 0 and 101 %, and is not 0.", "critical", 0, 101, above=True),
        bounds("national_value", "The national value is at most 100 %.", "warning", high=100),
        bounds("national_above_101", "No national value by sex and age is above 101 %.", "warning", high=0),
        bounds("share_above_100", "At most 5 % of the figures have a numerator above the denominator.", "warning", high=0.05),
        bounds("area_gap", "The areas add up to the country.", "warning", high=0.000001),
        bounds("area_gap", "The areas add up to the country within 1 %.", "critical", high=0.01),
        bounds("sex_gap", "Men and women add up to the total.", "warning", high=0.000001),
        bounds("sex_gap", "Men and women add up to the total within 1 %.", "critical", high=0.01),
        bounds("age_gap", "The ages add up to the total.", "warning", high=0.000001),
        bounds("age_gap", "The ages add up to the total within 1 %.", "critical", high=0.01),
        bounds("national_jump", "The national value moves by at most 3 points in a month.", "warning", high=3),
        bounds("national_jump", "The national value moves by at most 15 points in a month.", "critical", high=15),
    ]


def _series() -> list[Expectation]:
    return [bounds("months_missing", "Every loaded month has figures.", "critical", high=0)]


def _published() -> list[Expectation]:
    return [bounds("points_apart", "The figure lies within 3 points of the one the agency published.", "warning", high=3)]


_SUITES = [
    StageSuite("staging", "data_set", "dataset", _data_set),
    StageSuite("staging", "person_record", "dataset", _person_record),
    StageSuite("indicators", "series", "series", _series),
    StageSuite("indicators", "month", "figure", _month),
    StageSuite("indicators", "published", "figure", _published),
]
