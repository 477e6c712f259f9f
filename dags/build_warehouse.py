"""The DAG `build_warehouse`: from `raw` to the BI views, with a gate after each stage."""

from airflow.sdk import DAG, AssetAll, AssetAny, PartitionedAssetTimetable, chain, task
from ansinh_dags import DEFAULTS, DELIVERIES_WAITING, GATE_RETRIES, RAW, WAREHOUSE, plain

DOC = """
### What
Builds staging, the records that name persons, their links, the warehouse, the indicators and the BI views, and judges
staging, warehouse and indicators before what comes after them.

### When
When all registries have delivered a month; or in the morning, when `announce_deliveries` finds loaded batches that no
build has taken up, so that one late registry does not hold the others. The event only wakes this DAG: the first task
asks the ledger (`ingest.batch` against `ingest.consumption`) what is new, and the run ends there when nothing is.

### When it fails
A `check_` task names the expectation that failed: see Data Docs and `quality.expectation_result`. Correct the data or
the model and clear the task; what was built before stays as it was.
"""


# One value, not one for each batch: each would be a request of its own.
@task.short_circuit(multiple_outputs=False)
@plain
def find_new_batches() -> dict[str, int]:
    """Ask the ledger which loaded batches no build has worked in; skip the rest when there are none."""
    from ansinh import ledger

    return ledger.unprocessed("warehouse")


@plain
def build_layer(layer: str) -> None:
    """Build a layer: with dbt, or the links with the linkage."""
    from ansinh import transformation

    transformation.layer(layer)


@plain
def check_stage(stage: str) -> None:
    """Judge a layer; a critical failure stops the run here."""
    from expectations.gate import check_stage

    check_stage(stage)


@task(outlets=[WAREHOUSE])
@plain
def bi(revisions: dict[str, int]) -> None:
    """Build the BI views with dbt, and note in the ledger which batches this build has worked in."""
    from ansinh import ledger, transformation

    transformation.layer("bi")
    ledger.mark("warehouse", revisions)


with DAG(
    "build_warehouse",
    description="Transform raw into warehouse, indicators and BI views; gates between the stages",
    doc_md=DOC,
    schedule=PartitionedAssetTimetable(assets=AssetAny(AssetAll(*RAW.values()), DELIVERIES_WAITING)),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULTS,
    tags=["warehouse"],
):
    new = find_new_batches()
    steps = [new]
    for stage in ("staging", "identity", "linkage", "warehouse", "indicators"):
        steps.append(task(task_id=stage)(build_layer)(stage))
        if stage not in ("identity", "linkage"):
            steps.append(task(task_id=f"check_{stage}", retries=GATE_RETRIES)(check_stage)(stage))
    chain(*steps, bi(new))  # type: ignore[arg-type]  # Airflow hands over the value
