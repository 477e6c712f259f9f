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
from expectations.judge import critical, warning

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
        critical("keys_enforced", "The table has a valid unique index on its key.", low=1),
        critical("rows_without_source", "There are no more records than rows were delivered.", high=0),
        critical("emptied", "The table is not empty where rows were delivered.", high=0),
        critical("stale", "The newest loaded delivery of 100 rows or more is in the table.", high=0),
    ]


def _person_record() -> list[Expectation]:
    return [
        critical("records", "There are records.", low=1),
        warning("identified_share", "95 % of the records have a readable identifier.", low=0.95),
        critical("identified_share", "80 % of the records have a readable identifier.", low=0.8),
        critical("named_share", "Nearly every name can be read.", low=0.98),
        warning("dated_share", "Nearly every birth date can be read.", low=0.98),
        critical("dated_share", "Most birth dates can be read.", low=0.8),
        warning("sexed_share", "95 % of the records say M or F.", low=0.95),
        critical("sexed_share", "Most records say M or F.", low=0.8),
        critical("foreign_sex_codes", "No sex code but M and F is left.", high=0),
        warning("implausible_birth_share", "Birth dates lie between 1900 and today.", high=0),
        critical("implausible_birth_share", "Nearly all birth dates lie between 1900 and today.", high=0.02),
        warning("sex_agrees_share", "The sex agrees with the personal number (95 %).", low=0.95),
        critical("sex_agrees_share", "The source's sex code is read the right way round (70 %).", low=0.7),
        warning("birth_year_agrees_share", "The birth year agrees with the personal number (95 %).", low=0.95),
        critical("birth_year_agrees_share", "Birth dates are read the right way (70 %).", low=0.7),
        warning("restored_share", "Few personal numbers have lost their leading zeros.", high=0.2),
    ]


def _link() -> list[Expectation]:
    return [
        critical("records", "There are records to link.", low=1),
        critical("orphans", "Every record leads to a person that is in force.", high=0),
        warning("linked_share", "95 % of the records lead to a person of the population register.", low=0.95),
        critical("linked_share", "75 % of the records lead to a person of the population register.", low=0.75),
        warning("vss_linked_share", "98 % of the agency's records lead to a person of the register.", low=0.98),
        critical("vss_linked_share", "90 % of the agency's records lead to a person of the register.", low=0.9),
        critical("crowded_person_share", "No person gathers a hundredth of the records.", high=0.01),
    ]


def _link_rate() -> list[Expectation]:
    return [
        warning("link_rate", "97 % of the participants are in the population register.", low=0.97),
        critical("link_rate", "90 % of the participants are in the population register.", low=0.9),
        warning("drop", "The link rate falls by at most half a point in a month.", high=0.005),
        critical("drop", "The link rate falls by at most five points in a month.", high=0.05),
    ]


def _fact() -> list[Expectation]:
    return [
        critical("records", "The table is not empty.", low=1),
        critical("orphans", "Every person_key is in dim_person.", high=0),
        critical("duplicates", "One row per grain.", high=0),
        warning("after_death_share", "Next to nothing happens after a person's death.", high=0.002),
        critical("after_death_share", "Hardly anything happens after a person's death.", high=0.05),
        warning("overlap_share", "Few spells of a person overlap.", high=0.05),
        critical("overlap_share", "Most spells of a person do not overlap.", high=0.5),
        warning("lines_disagree_share", "The lines of a claim add up to its insured cost.", high=0.01),
        critical("lines_disagree_share", "The lines of most claims add up to their insured cost.", high=0.3),
    ]


def _participant_month() -> list[Expectation]:
    return [
        critical("months_before", "Months follow each other without a gap.", high=1),
        critical("participants", "There are participants in every loaded month.", low=1),
        warning("change", "Participants change by less than a tenth from month to month.", 0.9, 1.1),
        critical("change", "Participants do not halve or double from month to month.", 0.5, 2),
        warning("voluntary_share", "Voluntary participants are between 2 and 30 % of all.", 0.02, 0.3),
        warning("insured_unemployment_share", "Most participants are covered against unemployment.", 0.5, 1),
        warning("conflict_share", "Registries contradict each other for at most a hundredth of persons.", high=0.01),
    ]


def _person() -> list[Expectation]:
    return [
        critical("persons", "There are persons.", low=1),
        critical("duplicates", "One row per person is current.", high=0),
        critical("valid_overlaps", "What is true of a person at a time is said once.", high=0),
        critical("valid_gaps", "Something is true of a person at any time since birth.", high=0),
        critical("knowledge_breaks", "What is believed of a person changes at one moment, without a gap.", high=0),
        warning("without_records_share", "Next to no person has lost all records.", high=0.001),
        critical("without_records_share", "Hardly any person has lost all records.", high=0.05),
        warning("known_sex_share", "The sex of nearly every person is known.", low=0.98),
        warning("known_birth_share", "The birth date of nearly every person is known.", low=0.98),
        critical("known_birth_share", "The birth date of most persons is known.", low=0.9),
        critical("women_share", "Between 40 and 60 % are women.", 0.4, 0.6),
        warning("died_before_birth", "Nobody died before birth.", high=0),
        warning("placed_share", "Nearly every living person has a residence.", low=0.95),
        critical("placed_share", "Most living persons have a residence.", low=0.8),
    ]


def _privacy() -> list[Expectation]:
    return [critical("personal_columns", "No name and no identifier of a person leaves the schema identity.", high=0)]


def _month() -> list[Expectation]:
    return [
        critical("duplicates", "One figure per area, sex and age.", high=0),
        critical("areas_off", "Every area of the list has figures, and no other.", 0, 0),
        warning("areas_without_persons", "Every area has persons past retirement age.", high=0),
        critical("sexes_off", "Men, women and the total have figures.", 0, 0),
        critical("national_cells_missing", "The country has a figure for every sex and age.", 0, 0),
        warning("cells_missing_share", "Nine of ten combinations of area, sex and age have a figure.", high=0.1),
        critical("cells_missing_share", "Half of the combinations of area, sex and age have a figure.", high=0.5),
        critical("without_denominator", "Every figure has a denominator above 0.", high=0),
        critical("without_numerator", "Every figure has a numerator of 0 or more.", high=0),
        critical("without_concept", "Every figure says what its denominator is.", high=0),
        critical("miscalculated", "Every value is 100 times numerator by denominator.", high=0),
        critical("negative", "No value is below 0.", high=0),
        critical("national_value", "The national value lies between 0 and 101 %, and is not 0.", 0, 101, above=True),
        warning("national_value", "The national value is at most 100 %.", high=100),
        warning("national_above_101", "No national value by sex and age is above 101 %.", high=0),
        warning("share_above_100", "At most 5 % of the figures have a numerator above the denominator.", high=0.05),
        warning("area_gap", "The areas add up to the country within 0.5 %; the rest is of unknown area.", high=0.005),
        critical("area_gap", "The areas add up to the country within 5 %.", high=0.05),
        warning("sex_gap", "Men and women add up to the total within 0.5 %; the rest is of unknown sex.", high=0.005),
        critical("sex_gap", "Men and women add up to the total within 5 %.", high=0.05),
        warning("age_gap", "The ages add up to the total within 0.5 %; the rest is of unknown age.", high=0.005),
        critical("age_gap", "The ages add up to the total within 5 %.", high=0.05),
        warning("national_jump", "The national value moves by at most 3 points in a month.", high=3),
        critical("national_jump", "The national value moves by at most 25 points in a month.", high=25),
    ]


def _series() -> list[Expectation]:
    return [critical("months_missing", "Every loaded month has figures.", high=0)]


def _figure() -> list[Expectation]:
    return [
        critical("duplicates", "One figure per cell.", high=0),
        critical("miscalculated", "Every value follows from numerator, denominator and unit.", high=0),
        critical("without_value", "A figure without a value is marked as missing.", high=0),
        critical("negative", "No share and no count is below 0.", high=0),
        critical("above_100", "No part is greater than the whole that it is part of.", high=0),
        critical("outside_interval", "Every value lies in its interval.", high=0),
        critical("dominance_off", "The two largest units are not more than their sum.", high=0),
        critical("breakdown_gap", "The categories of a breakdown add up to the total.", high=0),
        warning("unlabelled", "Every category has a label.", high=0),
        warning("totals", "Every period has one national total.", 1, 1),
        warning("area_gap", "The areas add up to the country within 2 %; the rest is of unknown area.", high=0.02),
        critical("area_gap", "The areas add up to the country within 50 %.", high=0.5),
        warning("sex_gap", "Men and women add up to the total within 2 %, where they are told apart.", high=0.02),
        critical("sex_gap", "Men and women do not exceed the total twice.", high=1),
        warning("age_gap", "The ages add up to the total within 2 %, where they are told apart.", high=0.02),
        critical("age_gap", "The ages do not exceed the total twice.", high=1),
    ]


def _catalogue() -> list[Expectation]:
    return [
        critical("without_figures", "Every indicator that the registries give has figures.", high=0),
        warning("periods_missing", "Every period that can be published has a national figure.", high=0),
    ]


def _published() -> list[Expectation]:
    return [warning("points_apart", "The figure lies within 3 points of the one the agency published.", high=3)]


_SUITES = [
    StageSuite("staging", "data_set", "dataset", _data_set),
    StageSuite("staging", "person_record", "dataset", _person_record),
    StageSuite("warehouse", "person", "dataset", _person),
    StageSuite("warehouse", "link", "dataset", _link),
    StageSuite("warehouse", "link_rate", "month", _link_rate),
    StageSuite("warehouse", "fact", "dataset", _fact),
    StageSuite("warehouse", "participant_month", "month", _participant_month),
    StageSuite("warehouse", "privacy", "dataset", _privacy),
    StageSuite("indicators", "series", "series", _series),
    StageSuite("indicators", "month", "figure", _month),
    StageSuite("indicators", "figure", "figure", _figure),
    StageSuite("indicators", "catalogue", "indicator", _catalogue),
    StageSuite("indicators", "published", "figure", _published),
]
