"""The landing suites: what a delivery must look like, from its contract and a few rules written by hand."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from expectations import profile
from expectations.judge import bounds

if TYPE_CHECKING:
    import pandas as pd
    from great_expectations import ExpectationSuite
    from great_expectations.expectations.expectation import Expectation

    from connectors.contract import Contract, Field

# Below this many rows a share of bad values says little about the delivery.
_ENOUGH_ROWS = 100
# One or two held rows are the row's fault, not the delivery's, however small the delivery is.
_FEW_HELD_ROWS = 3
_ALWAYS_JUDGED = {"required_null_share", "outside_period_share"}

Values = Mapping[str, float | None]


@dataclass(frozen=True)
class Batch:
    """A row of the ledger `ingest.batch`, as far as the gate needs it."""

    batch_id: str
    dataset: str
    period: str
    state: str
    revision: int
    first_load: bool
    rows_received: int
    rows_accepted: int
    rows_quarantined: int
    sha256: str
    landing_path: str


def suite(contract: Contract) -> ExpectationSuite:
    """Return the suite of a data set's deliveries, `landing.<registry>_<dataset>`."""
    from great_expectations import ExpectationSuite

    expectations = _delivery(contract)
    for field in contract.fields:
        expectations += _field(field)
    expectations += [bounds(*written) for written in _WRITTEN.get(contract.name, [])]
    return ExpectationSuite(name=f"landing.{contract.name}", expectations=expectations)


def table(
    judged: list[Batch], ledger: list[Batch], profiles: Mapping[str, Values]
) -> pd.DataFrame:
    """Return the measures of the judged deliveries of one data set, a row each, by batch.

    Args:
        judged: the deliveries to judge.
        ledger: every delivery of the data set, for comparison with earlier months.
        profiles: measures by batch, of judged and earlier deliveries.
    """
    import pandas as pd

    rows = []
    for batch in judged:
        earlier = [
            other for other in ledger if other.period < batch.period and other.state not in ("rejected", "failed")
        ]
        rows.append({"batch_id": batch.batch_id} | _row(batch, earlier, profiles))
    # Floats throughout, so that an empty cell is "not judged" in every column.
    return pd.DataFrame(rows).set_index("batch_id").astype("float64").reset_index()


def _row(batch: Batch, earlier: list[Batch], profiles: Mapping[str, Values]) -> dict[str, float | None]:
    values = dict(profiles[batch.batch_id])
    before = [profiles[other.batch_id] for other in earlier if other.batch_id in profiles]
    # A first load holds years in one delivery, so it is no measure of a month.
    months = [other.rows_received for other in earlier if not other.first_load]
    usual = median(months) if months else 0
    enough = batch.rows_received >= _ENOUGH_ROWS
    row = {
        name: value if enough or not name.endswith(("_share", "_days", ".mean")) or name in _ALWAYS_JUDGED else None
        for name, value in values.items()
    }
    return row | {
        "rows_lost": batch.rows_accepted - (values["rows"] or 0),
        "reject_share": (
            batch.rows_quarantined / batch.rows_received if batch.rows_quarantined >= _FEW_HELD_ROWS else None
        ),
        "volume_ratio": batch.rows_received / usual if usual > _ENOUGH_ROWS else None,
        "null_share_rise": _largest(values, before, ".null_share", _rise) if enough else None,
        "mean_factor": _largest(values, before, ".mean", _factor) if enough else None,
    }


def _largest(values: Values, before: list[Values], ending: str, change: object) -> float | None:
    changes = []
    for name, value in values.items():
        if not name.endswith(ending) or value is None:
            continue
        past = [old for profile_ in before if (old := profile_.get(name)) is not None]
        if past:
            changes.append(change(value, median(past)))  # type: ignore[operator]
    return max(changes, default=None)


def _rise(value: float, usual: float) -> float:
    return value - usual


def _factor(value: float, usual: float) -> float:
    if value <= 0 or usual <= 0:
        return 1.0 if value == usual else math.inf
    return max(value / usual, usual / value)


def _delivery(contract: Contract) -> list[Expectation]:
    recorded = profile.time_field(contract)
    share = contract.max_reject_share
    return [
        bounds("columns_missing", "The delivery has every column of the contract.", "critical", high=0),
        bounds("columns_unexpected", "The delivery has no column that the contract does not know.", "critical", high=0),
        bounds("columns_mistyped", "Every column has the contract's type.", "critical", high=0),
        bounds("rows_lost", "The landed file holds every accepted row of the ledger.", "critical", 0, 0),
        bounds("reject_share", f"At most {share:.0%} of the rows are held back.", "critical", high=share),
        bounds("required_null_share", "Required fields are filled.", "critical", high=0),
        bounds("outside_period_share", f"Every row was recorded ({recorded}) in the delivery's month.", "critical", high=0),
        bounds("newest_lag_days", f"The newest row ({recorded}) is of the second half of the month.", "warning", high=16),
        bounds("volume_ratio", "The delivery is not empty where earlier months had rows.", "critical", 0, above=True),
        bounds("volume_ratio", "The delivery has between a fifth and five times the usual rows.", "warning", 0.2, 5),
        bounds("duplicate_share", "At most 2 % of the rows are delivered twice.", "warning", high=0.02),
        bounds("duplicate_share", "At most 20 % of the rows are delivered twice.", "critical", high=0.2),
        bounds("null_share_rise", "No field is empty much more often than in earlier months.", "warning", high=0.3),
        bounds("mean_factor", "No amount's mean is five times or a fifth of that of earlier months.", "warning", high=5),
    ]


def _field(field: Field) -> list[Expectation]:
    found = []
    name = field.name
    if profile.is_identifier(field):
        found += [
            bounds(f"{name}.placeholder_share", f"{name} is hardly ever a placeholder.", "warning", high=0.005),
            bounds(f"{name}.placeholder_share", f"{name} is not mostly placeholders.", "critical", high=0.1),
            bounds(f"{name}.top_share", f"No single {name} covers half of the rows.", "critical", high=0.5),
        ]
    if profile.is_tax_code(field):
        found += [
            bounds(f"{name}.bad_check_digit_share", f"Check digits of {name} are right.", "warning", high=0.05),
            bounds(f"{name}.bad_check_digit_share", f"Most check digits of {name} are right.", "critical", high=0.5),
        ]
    if profile.is_event_date(field):
        says = f"{name} lies between 1900 and the end of the month."
        found += [
            bounds(f"{name}.implausible_share", says, "warning", high=0.001),
            bounds(f"{name}.implausible_share", f"Nearly every {says}", "critical", high=0.05),
        ]
    if field.name == "sex":
        found.append(bounds("sex.top_share", "Both sexes occur.", "critical", high=0.95))
    return found


# Rules that no contract can tell, by data set: (measure, in words, severity, low, high). Amounts in VND.
_WRITTEN: dict[str, list[tuple]] = {}  # type: ignore[type-arg]
