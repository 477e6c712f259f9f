"""The DAGs `ingest_<registry>`: pull the months of a run into landing, judge them, load them into `raw`."""

import datetime as dt

from airflow.sdk import DAG, CronPartitionTimetable, get_current_context, task
from ansinh_dags import (
    DEFAULTS,
    GATE_RETRIES,
    PARTITION,
    RAW,
    REGISTRIES,
    REGISTRY_RETRIES,
    TIMEZONE,
    month_param,
    months_of,
    plain,
    settings_of,
)

DOC = """
### What
Pulls {delivers}, one batch for each data set and month.

### When
On the 5th at 02:00, for the month before: the partition of the run. By hand, `period_from` and `period_to` make one run
pull a range; `airflow backfill create --dag-id ingest_{registry} --from-date 2025-01-01 --to-date 2025-06-30` makes a
run for each month.

### Where to look
Batches and their states: `ingest.batch`, or `./ansinh status`. Held rows: `./ansinh quarantine list`. Gates: Data Docs.

### Again
Every task can be cleared and run again: a delivery that did not change is recognised by its hash and changes nothing.
Address and credentials: the Connection `registry_{registry}`. Load on the registry: the pool `registry_{registry}`.
"""


@plain
def land(registry: str) -> list[str]:
    """Pull what the registry recorded in the months of the run into immutable landing files."""
    from connectors.landing import land

    return land(registry, *months_of(get_current_context()), settings=settings_of(registry))


@plain
def check_landing(registry: str) -> None:
    """Judge the landed batches; a critical failure stops this registry and no other."""
    from expectations.gate import check_landing

    check_landing(registry)


@plain
def load(registry: str) -> list[str]:
    """Copy the accepted batches into `raw`, exactly once, and tell the warehouse that the month is there."""
    from connectors.loading import load

    context = get_current_context()
    loaded = load(registry)
    event = context["outlet_events"][RAW[registry]]
    event.extra = {"batches": len(loaded)}
    event.add_partitions(months_of(context)[1])
    return loaded


def ingest(registry: str, delivers: str) -> DAG:
    """Return the DAG of one registry."""
    with DAG(
        f"ingest_{registry}",
        description=f"Pull {delivers}",
        doc_md=DOC.format(registry=registry, delivers=delivers),
        schedule=CronPartitionTimetable(
            "0 2 5 * *", timezone=TIMEZONE, run_offset=-1, key_format=PARTITION, run_immediately=dt.timedelta(0)
        ),
        catchup=False,
        max_active_runs=1,
        default_args=DEFAULTS,
        params={
            "period_from": month_param("First month", "Default: the last month."),
            "period_to": month_param("Last month", "Default: the partition of the run, else the last full month."),
        },
        tags=["ingest", registry],
    ) as dag:
        landed = task(pool=f"registry_{registry}", retries=REGISTRY_RETRIES)(land)(registry)
        checked = task(retries=GATE_RETRIES)(check_landing)(registry)
        # A gate that shuts stops what it rejected; what passed before it is still loaded.
        landed >> checked >> task(outlets=[RAW[registry]], trigger_rule="all_done")(load)(registry)
    return dag


for name, delivers in REGISTRIES.items():
    globals()[f"ingest_{name}"] = ingest(name, delivers)
