"""The DAG `publish_indicators`: a release of the indicators, its sign-off, its publication, and the Data Docs."""

from typing import Any

from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import (
    DAG,
    AssetAny,
    Param,
    PartitionedAssetTimetable,
    PokeReturnValue,
    get_current_context,
    task,
)
from airflow.sdk.exceptions import AirflowSkipException
from ansinh_dags import DEFAULTS, RELEASE_DAY, WAREHOUSE, period_param, plain

DOC = """
### What
Prepares a release: an immutable, numbered set of figures with a manifest, in all formats and as pages. When it is
approved and its embargo is over, it is published. The Data Docs are built beside it.

### When
After each build of the warehouse, and on the 6th of the month (`announce_release_day`). When no figure has changed
since the newest release, nothing new is made.

### Sign-off
With `ANSINH_RELEASE_APPROVAL=manual` the task `approve` waits for an answer under "Required actions". Who answered,
when and why is recorded with the release. `./ansinh release approve ID` answers as well. While one release waits, the
next run of this DAG waits too.

### Where to look
`./ansinh release list`; `./ansinh release show ID` names the folder.
"""
APPROVE, REFUSE = "Approve", "Refuse"
# Seconds of two months: an embargo ends within one.
LONGEST_WAIT = 60 * 24 * 3600


@task(multiple_outputs=False)
@plain
def prepare() -> dict[str, str]:
    """Write and record the release, unless the newest one already holds the same; the settings may approve it."""
    from ansinh import ledger
    from publication import approval, release

    period = get_current_context()["params"]["period"] or ledger.latest_period()
    made = release.submit(period)
    return {"release_id": made.release_id, "question": approval.question(made.release_id)}


@plain
def skip_what_needs_no_answer(context: Any) -> None:
    """Skip the question where the settings, or somebody at the command line, have answered it."""
    from publication import approval

    if not approval.waits(context["ti"].xcom_pull(task_ids="prepare")["release_id"]):
        raise AirflowSkipException("Nobody has to approve this release.")


@task.sensor(poke_interval=60, mode="reschedule", timeout=LONGEST_WAIT, trigger_rule="none_failed")
@plain
def publish(prepared: dict[str, str], answer: dict[str, Any] | None) -> PokeReturnValue:
    """Record the answer, wait for the end of the embargo, publish; a refused release ends here."""
    from publication import approval

    release_id = prepared["release_id"]
    if answer:
        approval.answer(
            release_id,
            is_approved=answer["chosen_options"] == [APPROVE],
            by=answer["responded_by_user"]["name"],
            reason=answer["params_input"].get("reason") or "",
            at=answer["responded_at"],
        )
    state = approval.issue(release_id).state
    if state in ("refused", "withdrawn"):
        raise AirflowSkipException(f"{release_id} is {state}.")
    return PokeReturnValue(is_done=state == "published", xcom_value=release_id)


@task
@plain
def data_docs() -> str:
    """Build the pages that show every expectation and its last result."""
    from expectations import data_docs

    return str(data_docs.build())


with DAG(
    "publish_indicators",
    description="Publish a release of the indicators and the Data Docs",
    doc_md=DOC,
    schedule=PartitionedAssetTimetable(assets=AssetAny(WAREHOUSE, RELEASE_DAY)),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULTS,
    params={"period": period_param("Period", "Last month, or a quarter or year. Default: the newest month loaded.")},
    tags=["publication"],
):
    prepared = prepare()
    approve = HITLOperator(
        task_id="approve",
        doc_md="Ask whether the release may be published, unless the settings approve by themselves.",
        subject="Publish {{ ti.xcom_pull(task_ids='prepare')['release_id'] }}?",
        body="{{ ti.xcom_pull(task_ids='prepare')['question'] }}",
        options=[APPROVE, REFUSE],
        params={"reason": Param("", type="string", description="Why; needed for a refusal.")},
        pre_execute=skip_what_needs_no_answer,
    )
    prepared >> approve
    publish(prepared, approve.output)  # type: ignore[arg-type]  # Airflow hands over the values
    prepared >> data_docs()
