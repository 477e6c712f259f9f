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


def calendar(name: str, cron: str, description: str, documentation: str) -> DAG:
    """Return a DAG that the clock starts and that never makes up for a missed time."""
    return DAG(
        name,
        description=description,
        doc_md=documentation,
        schedule=CronTriggerTimetable(cron, timezone=TIMEZONE, run_immediately=dt.timedelta(0)),
        catchup=False,
        max_active_runs=1,
        default_args=DEFAULTS,
        tags=["calendar"],
    )


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


with calendar("announce_deliveries", "0 6 * * *", "Wake the build when deliveries wait for it", DELIVERIES):
    find_waiting_deliveries()

with calendar("announce_release_day", "0 7 6 * *", "Wake the publication on its fixed date", RELEASE):
    open_release_day()
