"""The DAGs of the calendar: they wake `build_warehouse` and `publish_indicators` when no registry does."""

import datetime as dt

from airflow.sdk import DAG, CronTriggerTimetable, get_current_context, task
from airflow.sdk.exceptions import AirflowSkipException
from ansinh_dags import DEFAULTS, DELIVERIES_WAITING, RELEASE_DAY, TIMEZONE, plain

DELIVERIES = """
Every morning: when the ledger holds loaded batches that no build has taken up (one registry is late and holds the
others, or an event was lost), wake `build_warehouse`.
"""
RELEASE = "On the 6th of the month, the fixed date of publication: wake `publish_indicators`."


def daily(cron: str) -> CronTriggerTimetable:
    """Return a timetable that never makes up for a missed time."""
    return CronTriggerTimetable(cron, timezone=TIMEZONE, run_immediately=dt.timedelta(0))


@task(outlets=[DELIVERIES_WAITING])
@plain
def find_waiting_deliveries() -> None:
    """Ask the ledger which loaded batches no build has worked in; tell the warehouse when there are any."""
    from ansinh import ledger

    if not ledger.unprocessed("warehouse"):
        raise AirflowSkipException("Every loaded batch is in the warehouse.")
    get_current_context()["outlet_events"][DELIVERIES_WAITING].add_partitions(ledger.latest_period())


@task(outlets=[RELEASE_DAY])
@plain
def open_release_day() -> None:
    """Tell the publication that its day has come."""
    from ansinh import ledger

    get_current_context()["outlet_events"][RELEASE_DAY].add_partitions(ledger.latest_period())


with DAG(
    "announce_deliveries",
    description="Wake the build when deliveries wait for it",
    doc_md=DELIVERIES,
    schedule=daily("0 6 * * *"),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULTS,
    tags=["calendar"],
):
    find_waiting_deliveries()

with DAG(
    "announce_release_day",
    description="Wake the publication on its fixed date",
    doc_md=RELEASE,
    schedule=daily("0 7 6 * *"),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULTS,
    tags=["calendar"],
):
    open_release_day()
