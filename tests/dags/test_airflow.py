"""The real components: they start, run a DAG, tell an error plainly, and leave nothing behind."""

import datetime as dt
import os
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from rich.console import Console

from ansinh import airflow
from ansinh.airflow_api import Api
from ansinh.errors import AnsinhError
from ansinh.follow import Follower
from ansinh.narrator import Narrator
from connectors.contract import registries
from publication import ledger
from tests.publication import country_labels, nation

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def api(module_warehouse: Path) -> Iterator[Api]:
    os.environ["ANSINH_RELEASE_APPROVAL"] = "manual"
    airflow.start()
    try:
        # Nothing listens on port 9: every pull fails.
        nowhere = "http://client:secret@127.0.0.1:9?retries=1"
        with airflow.api() as api:
            airflow.set_up(api, {f"ANSINH_REGISTRY_{name.upper()}": nowhere for name in registries()})
            api.unpause_all()
            yield api
    finally:
        del os.environ["ANSINH_RELEASE_APPROVAL"]
        airflow.stop()


def follower(api: Api) -> Follower:
    return Follower(api, dt.datetime.now(dt.UTC).isoformat(), Narrator(Console(quiet=True)))


def test_a_dag_runs_and_skips_what_has_nothing_to_do(api: Api) -> None:
    watch = follower(api)
    api.trigger("announce_deliveries", {})
    (run,) = watch.wait({"announce_deliveries"})
    assert watch.state(run, "find_waiting_deliveries") == "skipped"


def test_a_failure_names_dag_task_error_and_next_step(api: Api) -> None:
    watch = follower(api)
    api.trigger("publish_indicators", {})
    with pytest.raises(AnsinhError, match=r"publish_indicators failed at prepare: No batch is loaded\.") as raised:
        watch.wait({"publish_indicators"})
    assert "./ansinh ingest" in raised.value.next_step
    assert "/dags/publish_indicators/runs/" in raised.value.next_step


def test_a_wrong_month_is_refused(api: Api) -> None:
    with pytest.raises(AnsinhError, match="period_from"):
        api.trigger("ingest_tax", {"period_from": "December"})


@pytest.mark.parametrize(("option", "state"), [("Refuse", "refused"), ("Approve", "published")])
def test_a_release_waits_for_a_human(api: Api, option: str, state: str) -> None:
    country_labels.load(nation.figures())
    nation.change("UNEMP_COV", "2025-Q4", by=len(option))
    watch = follower(api)
    api.trigger("publish_indicators", {"period": "2025-Q4"})
    (run,) = watch.wait({"publish_indicators"})
    made = ledger.list_releases()[0]
    assert (watch.state(run, "approve"), run.state, made.state) == ("awaiting_input", "running", "prepared")
    assert [made.release_id in question.subject for question in api.questions("publish_indicators")] == [True]
    deadline = time.monotonic() + 300
    while not run.ended and time.monotonic() < deadline:
        # Airflow loses an answer that comes before the scheduler has seen the asking process end, and asks again.
        for question in api.questions("publish_indicators"):
            api.answer(question, option, {"reason": "Looked at"})
        time.sleep(0.5)
        (run,) = watch.wait({"publish_indicators"})
    [decision] = ledger.show(made.release_id)["decisions"]
    assert (decision["decided_by"], decision["reason"]) == ("admin", "Looked at")
    assert ledger.list_releases()[0].state == state


def test_start_again_keeps_what_runs(api: Api, home: Path) -> None:
    before = {path.name: path.read_text() for path in (home / "airflow").glob("*.pid")}
    assert len(before) == 4
    assert airflow.start() == api.address
    assert {path.name: path.read_text() for path in (home / "airflow").glob("*.pid")} == before


def test_stop_leaves_no_process_even_when_a_component_was_killed(api: Api) -> None:
    watch = follower(api)
    api.trigger("ingest_tax", {}, "2025-01")
    deadline = time.monotonic() + 60
    while not any(task.state == "running" for task in api.tasks(watch.since)) and time.monotonic() < deadline:
        time.sleep(0.2)
    # Its workers become orphans, as after the end of a scheduler by the system.
    scheduler = next(process for process in airflow.running() if "scheduler" in process.cmdline())
    scheduler.kill()
    scheduler.wait(10)
    assert not airflow.healthy()
    airflow.stop()
    airflow.stop()
    assert left_behind() == []
    with pytest.raises(AnsinhError):
        airflow.api_url()


def left_behind() -> list[str]:
    """Processes of this installation's Airflow, found by their environment and not by what `airflow` remembers."""
    home = airflow.environment()["AIRFLOW_HOME"]
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("AIRFLOW_HOME") == home and process.pid != os.getpid():
                found.append(" ".join(process.cmdline()))
        except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
            continue
    return found
