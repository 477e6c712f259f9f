"""What the DAG files share: the assets, the months of a run, the settings from Connections, plain failures."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import unquote, urlsplit

from airflow.sdk import Asset, Connection, Param
from airflow.sdk.exceptions import AirflowException

from ansinh.errors import AnsinhError
from ansinh.months import format_month

if TYPE_CHECKING:
    from connectors.settings import RegistrySettings

Function = TypeVar("Function", bound=Callable[..., Any])

TIMEZONE = "Asia/Ho_Chi_Minh"
PARTITION = "%Y-%m"

# Registry to what it delivers; the order is the order of the grid.
REGISTRIES = {
    "population": "persons, identity changes, births and deaths, and residence from the population registry",
    "tax": "payers and the wage income of their employees from the tax registry",
    "labour": "labour contracts, unemployment decisions and training support from the labour registry",
    "health": "claims with their lines, discharges, birth and sick-leave evidence from the health-claim gateway",
    "vss": "employers, participants, contributions, benefits, payments and cards from the agency's own ledgers",
    "reference": "the labour force and population totals of the statistics office",
}

RAW = {registry: Asset(name=f"raw_{registry}", uri=f"x-ansinh://raw/{registry}") for registry in REGISTRIES}
WAREHOUSE = Asset(name="warehouse", uri="x-ansinh://warehouse")
DELIVERIES_WAITING = Asset(name="deliveries_waiting", uri="x-ansinh://calendar/deliveries_waiting")
RELEASE_DAY = Asset(name="release_day", uri="x-ansinh://calendar/release_day")

DEFAULTS = {
    "retries": 1,
    "retry_delay": dt.timedelta(seconds=10),
    "retry_exponential_backoff": 2.0,
    "max_retry_delay": dt.timedelta(minutes=10),
}
# A registry may be away for a while. A gate judges what is there: the same data would fail again.
REGISTRY_RETRIES = 3
GATE_RETRIES = 0


def month_param(title: str, description: str) -> Param:
    """Return an optional parameter that holds a month."""
    return Param(
        None, type=["null", "string"], pattern=r"^\d{4}-(0[1-9]|1[0-2])$", title=title, description=description
    )


def period_param(title: str, description: str) -> Param:
    """Return an optional parameter that holds a month, quarter or year."""
    return Param(
        None, type=["null", "string"], pattern=r"^\d{4}(-(0[1-9]|1[0-2])|-Q[1-4])?$", title=title,
        description=description,
    )  # fmt: skip


def months_of(context: Any) -> tuple[str, str]:
    """Return the first and the last month of a run: its parameters, else its partition, else the last full month."""
    run, params = context["dag_run"], context["params"]
    last = params["period_to"] or run.partition_key or _month_before(run.run_after)
    return params["period_from"] or last, last


def settings_of(registry: str) -> RegistrySettings:
    """Return a registry's settings from the Connection `registry_<name>`, whichever backend holds it."""
    from connectors.settings import RegistrySettings

    uri = urlsplit(Connection.get(f"registry_{registry}").get_uri())
    # Airflow escapes the slashes of a path.
    return RegistrySettings.from_uri(registry, uri._replace(path=unquote(uri.path)).geturl())


def plain(function: Function) -> Function:
    """Let a failure show its message and next step, without the trace of our own code."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except AnsinhError as error:
            raise AirflowException(str(error)) from None

    return call  # type: ignore[return-value]


def _month_before(moment: dt.datetime) -> str:
    return format_month(moment.date().replace(day=1) - dt.timedelta(days=1))
