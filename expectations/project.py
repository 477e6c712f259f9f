"""The suites for people who know Great Expectations: a data context with everything of a stage in it.

>>> from expectations.project import context
>>> warehouse = context("warehouse")
>>> print(warehouse.validation_definitions.get("warehouse.link").run())
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations import stages
from expectations.judge import Judge

if TYPE_CHECKING:
    from great_expectations.data_context.data_context.ephemeral_data_context import EphemeralDataContext


def context(stage: str) -> EphemeralDataContext:
    """Return a data context with the suites of a stage, each a validation definition ready to run.

    Args:
        stage: staging, warehouse or indicators. Suites of deliveries: see `expectations.landing.suite`.

    Raises:
        AnsinhError: there is no such stage.
    """
    judge = Judge()
    for one in stages.suites(stage):
        judge.define_query(one.suite(), one.query())
    return judge.context
