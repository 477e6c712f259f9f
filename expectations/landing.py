"""The landing suites: what a delivery must look like, from its contract and a few rules written by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from expectations import profile
from expectations.judge import FIELD, critical, warning

if TYPE_CHECKING:
    import pandas as pd
    from great_expectations import ExpectationSuite
    from great_expectations.expectations.expectation import Expectation

    from connectors.contract import Contract, Field

# One or two held rows are the row's fault, not the delivery's, however small the delivery is.
_FEW_HELD_ROWS = 3
# A mean that was or has become 0: as far as can be, but a number, for results are kept as JSON.
_ENDLESS = 1e9

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

    @property
    def registry(self) -> str:
        """The registry that delivered it."""
        return self.batch_id.split(".")[0]

    @property
    def pull(self) -> str:
        """The command that pulls the delivery again."""
        return f"./ansinh ingest {self.registry} --period {self.period}"


def suite(contract: Contract) -> ExpectationSuite:
    """Return the suite of a data set's deliveries, `landing.<registry>_<dataset>`."""
    from great_expectations import ExpectationSuite

    expectations = _delivery(contract)
    for field in contract.fields:
        expectations += _field(field)
    expectations += _written(contract.name)
    return ExpectationSuite(name=f"landing.{contract.name}", expectations=expectations)


def table(contract: Contract, judged: list[Batch], ledger: list[Batch], profiles: Mapping[str, Values]) -> pd.DataFrame:
    """Return the measures of the judged deliveries of one data set, a row each, by batch.

    Args:
        contract: the data set; yearly deliveries are compared with the same month of earlier years.
        judged: the deliveries to judge.
        ledger: every delivery of the data set, for comparison with earlier months.
        profiles: measures by batch, of judged and earlier deliveries.
    """
    import pandas as pd

    rows = []
    for batch in judged:
        earlier = [
            other
            for other in ledger
            if other.period < batch.period
            and other.state not in ("rejected", "failed")
            and _same_season(other.period, batch.period, contract.cycle_months)
        ]
        rows.append({"batch_id": batch.batch_id, **_row(batch, earlier, profiles)})
    found = pd.DataFrame(rows)
    # Measures are floats throughout, so that an empty cell is "not judged" in every column.
    measures = [name for name in found.columns if name != "batch_id" and not name.endswith(FIELD)]
    return found.astype(dict.fromkeys(measures, "float64"))


def _row(batch: Batch, earlier: list[Batch], profiles: Mapping[str, Values]) -> dict[str, float | str | None]:
    values = dict(profiles[batch.batch_id])
    before = [profiles[other.batch_id] for other in earlier if other.batch_id in profiles]
    # A first load holds years in one delivery, so it is no measure of a month.
    months = [other.rows_received for other in earlier if not other.first_load]
    usual = median(months) if months else 0
    rise, emptied = _largest(values, before, ".null_share", _rise)
    factor, changed = _largest(values, before, ".mean", _factor)
    return values | {
        "rows_lost": batch.rows_accepted - (values["rows"] or 0),
        "reject_share": (
            batch.rows_quarantined / batch.rows_received if batch.rows_quarantined >= _FEW_HELD_ROWS else None
        ),
        "volume_ratio": batch.rows_received / usual if usual > profile.ENOUGH else None,
        "null_share_rise": rise,
        f"null_share_rise{FIELD}": emptied,
        "mean_factor": factor,
        f"mean_factor{FIELD}": changed,
    }


def _same_season(earlier: str, period: str, cycle_months: int) -> bool:
    """Whether two months `YYYY-MM` are at the same place of the cycle."""
    return (int(earlier[5:]) - int(period[5:])) % cycle_months == 0


def _largest(
    values: Values, before: list[Values], ending: str, change: Callable[[float, float], float]
) -> tuple[float | None, str | None]:
    """Return the largest change of all fields, and the field."""
    changes: list[tuple[float, str]] = []
    for name, value in values.items():
        if not name.endswith(ending) or value is None:
            continue
        past = [old for profile_ in before if (old := profile_.get(name)) is not None]
        if past:
            changes.append((change(value, median(past)), name.removesuffix(ending)))
    return max(changes, default=(None, None), key=lambda change: change[0] or 0.0)


def _rise(value: float, usual: float) -> float:
    return value - usual


def _factor(value: float, usual: float) -> float:
    if value <= 0 or usual <= 0:
        return 1.0 if value == usual else _ENDLESS
    return max(value / usual, usual / value)


def _delivery(contract: Contract) -> list[Expectation]:
    recorded = profile.time_field(contract)
    share = contract.max_reject_share
    return [
        critical("columns_missing", "The delivery has every column of the contract.", high=0),
        critical("columns_unexpected", "The delivery has no column that the contract does not know.", high=0),
        critical("columns_mistyped", "Every column has the contract's type.", high=0),
        critical("rows_lost", "The landed file holds every accepted row of the ledger.", 0, 0),
        critical("reject_share", f"At most {share:.0%} of the rows are held back.", high=share),
        critical("required_empty", "Required fields are filled.", high=0),
        critical("outside_period", f"Every row was recorded ({recorded}) in the delivery's month.", high=0),
        warning("newest_lag_days", f"The newest row ({recorded}) is of the second half of the month.", high=16),
        critical("volume_ratio", "The delivery is not empty where earlier months had rows.", 0, above=True),
        warning("volume_ratio", "The delivery has between a fifth and five times the usual rows.", 0.2, 5),
        warning("duplicate_share", "At most 2 % of the rows are delivered twice.", high=0.02),
        critical("duplicate_share", "At most 20 % of the rows are delivered twice.", high=0.2),
        warning("null_share_rise", "No field is empty much more often than in earlier months.", high=0.3),
        warning("mean_factor", "No amount's mean is five times or a fifth of that of earlier months.", high=5),
    ]


def _field(field: Field) -> list[Expectation]:
    found = []
    name = field.name
    if profile.is_identifier(field):
        found += [
            warning(f"{name}.placeholder_share", f"{name} is hardly ever a placeholder.", high=0.005),
            critical(f"{name}.placeholder_share", f"{name} is not mostly placeholders.", high=0.1),
        ]
    if profile.names_person(field):
        found.append(critical(f"{name}.top_share", f"No single {name} covers half of the rows.", high=0.5))
    if profile.is_tax_code(field):
        found += [
            warning(f"{name}.bad_check_digit_share", f"Check digits of {name} are right.", high=0.05),
            critical(f"{name}.bad_check_digit_share", f"Most check digits of {name} are right.", high=0.5),
        ]
    if profile.is_event_date(field):
        says = f"{name} lies between 1900 and the end of the month."
        found += [
            warning(f"{name}.implausible_share", says, high=0.001),
            critical(f"{name}.implausible_share", f"Nearly every {says}", high=0.05),
        ]
    if field.name == "sex":
        found.append(critical("sex.top_share", "Both sexes occur.", high=0.95))
    return found


def _written(data_set: str) -> list[Expectation]:
    """Rules that no contract can tell; amounts in VND."""
    return {
        "vss_participant": [
            warning("personal_number.null_share", "Four of five participants have a personal number.", high=0.2),
            critical("personal_number.null_share", "Half of the participants have a personal number.", high=0.5),
        ],
        "vss_contribution": [
            critical(
                "wage_base.mean", "The mean wage base is an amount in VND, not in thousands.", 500_000, 500_000_000
            ),
            critical("si_amount.mean", "The contributions are not all 0.", 1),
        ],
        "vss_benefit_decision": [
            critical("amount.mean", "The mean benefit is an amount in VND.", 50_000, 1_000_000_000)
        ],
        "vss_payment": [critical("amount.mean", "The mean payment is an amount in VND.", 50_000, 1_000_000_000)],
        "tax_wage_income": [
            critical("taxable_income.mean", "The mean yearly income is an amount in VND.", 5_000_000, 5_000_000_000),
            warning("identity_number.null_share", "Four of five employees have an identity number.", high=0.2),
        ],
        "health_claim": [critical("amount_total.mean", "The mean cost is an amount in VND.", 10_000, 100_000_000)],
    }.get(data_set, [])
