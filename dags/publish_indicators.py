"""The DAG `publish_indicators`: a release of the indicators, and the Data Docs."""

from airflow.sdk import DAG, AssetAny, PartitionedAssetTimetable, get_current_context, task
from ansinh_dags import DEFAULTS, RELEASE_DAY, WAREHOUSE, month_param, plain

DOC = """
### What
Publishes a release: an immutable, numbered set of figures with a manifest, CSV, SDMX and a page; then the Data Docs.

### When
After each build of the warehouse, and on the 6th of the month (`announce_release_day`). When no figure has changed
since the newest release, nothing new is made.

### Where to look
`./ansinh release list`; the task log names the folder.
"""


@task
@plain
def publish() -> str:
    """Publish the figures up to the month, unless the newest release already holds the same."""
    from ansinh import ledger
    from publication.release import publish

    period = get_current_context()["params"]["period"] or ledger.latest_period()
    return publish(period).release_id


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
    params={"period": month_param("Month", "Last month of the release. Default: the newest month that is loaded.")},
    tags=["publication"],
):
    publish() >> data_docs()
