"""The DAG files: thin, documented, and the same at every parse."""

import ast
import datetime as dt
import json
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from connectors.contract import registries

DAGS = Path(__file__).resolve().parents[2] / "dags"
ROOMS = {"connectors", "expectations", "linkage", "publication"}
HEAVY = ROOMS | {"dbt", "duckdb", "great_expectations", "pandas", "polars", "pyarrow"}
DUMP = """
import json, pathlib, sys
from airflow.dag_processing.dagbag import BundleDagBag
from airflow.serialization.serialized_objects import DagSerialization
folder = sys.argv[1]
before = set(sys.modules)
bag = BundleDagBag(folder, bundle_name="dags-folder", bundle_path=pathlib.Path(folder))
loaded = sorted({name.partition(".")[0] for name in set(sys.modules) - before})
dags = {name: DagSerialization.to_dict(dag) for name, dag in sorted(bag.dags.items())}
print(json.dumps({"errors": {str(k): v for k, v in bag.import_errors.items()}, "dags": dags, "loaded": loaded}))
"""


def parse(home: Path, hash_seed: str) -> dict[str, Any]:
    """Parse and serialise every DAG in a process of its own."""
    variables = os.environ | {
        "AIRFLOW_HOME": str(home), "AIRFLOW__CORE__LOAD_EXAMPLES": "False", "PYTHONHASHSEED": hash_seed,
        "AIRFLOW__CORE__DAGS_FOLDER": str(DAGS), "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
        "PYTHONPATH": os.pathsep.join([str(DAGS), str(DAGS.parent / "core"), str(DAGS.parent)]),
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", DUMP, str(DAGS)], env=variables, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    parsed: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return parsed


@pytest.fixture(scope="module")
def parsed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return parse(tmp_path_factory.mktemp("airflow"), "1")


def tasks_of(parsed: dict[str, Any], dag_id: str) -> dict[str, dict[str, Any]]:
    dag = parsed["dags"][dag_id]["dag"]
    return {task["__var"]["task_id"]: task["__var"] for task in dag["tasks"]}


def test_every_file_parses(parsed: dict[str, Any]) -> None:
    assert parsed["errors"] == {}
    expected = {f"ingest_{name}" for name in registries()}
    expected |= {"build_warehouse", "publish_indicators", "announce_deliveries", "announce_release_day"}
    assert set(parsed["dags"]) == expected


def test_two_parses_give_the_same(parsed: dict[str, Any], tmp_path: Path) -> None:
    again = parse(tmp_path, "2")
    assert again["dags"] == parsed["dags"]


def test_parsing_imports_no_room(parsed: dict[str, Any]) -> None:
    assert HEAVY.isdisjoint(parsed["loaded"])


@pytest.mark.parametrize("path", sorted(DAGS.glob("*.py")), ids=lambda path: path.name)
def test_only_the_task_sdk_is_used(path: Path) -> None:
    imported = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(node.module or "")
    from_airflow = {name for name in imported if name.partition(".")[0] == "airflow"}
    # The standard provider holds the operators that ask a human; its import is as light as the SDK's.
    allowed = ("airflow.sdk.", "airflow.providers.standard.operators.hitl.")
    assert all(f"{name}.".startswith(allowed) for name in from_airflow)
    assert not any(name.startswith("sandbox") for name in imported)


def test_every_dag_and_task_is_documented(parsed: dict[str, Any]) -> None:
    for dag_id, dag in parsed["dags"].items():
        assert dag["dag"]["doc_md"].strip(), dag_id
        assert dag["dag"]["max_active_runs"] == 1, dag_id
        assert not dag["dag"].get("catchup"), dag_id
        for task_id, task in tasks_of(parsed, dag_id).items():
            assert str(task.get("doc_md", "")).strip(), f"{dag_id}.{task_id}"


@pytest.mark.parametrize("registry", registries())
def test_ingest_pulls_judges_and_loads(parsed: dict[str, Any], registry: str) -> None:
    tasks = tasks_of(parsed, f"ingest_{registry}")
    assert tasks["land"]["downstream_task_ids"] == ["check_landing"]
    assert tasks["check_landing"]["downstream_task_ids"] == ["load"]
    assert tasks["land"]["pool"] == f"registry_{registry}"
    assert [outlet["__var"]["name"] for outlet in tasks["load"]["outlets"]] == [f"raw_{registry}"]


def test_no_stage_is_built_before_the_gate_of_the_one_before(parsed: dict[str, Any]) -> None:
    tasks = tasks_of(parsed, "build_warehouse")
    order = ["find_new_batches", "staging", "check_staging", "identity", "linkage", "warehouse", "check_warehouse",
             "indicators", "check_indicators", "bi"]  # fmt: skip
    for before, after in pairwise(order):
        assert after in tasks[before]["downstream_task_ids"]


def test_a_release_is_published_only_after_the_question(parsed: dict[str, Any]) -> None:
    tasks = tasks_of(parsed, "publish_indicators")
    assert set(tasks["prepare"]["downstream_task_ids"]) == {"approve", "publish", "data_docs"}
    assert tasks["approve"]["downstream_task_ids"] == ["publish"]
    assert tasks["approve"]["task_type"] == "HITLOperator"
    # The question is skipped where nobody has to answer.
    assert tasks["publish"]["trigger_rule"] == "none_failed"


def test_months_come_from_parameters_then_partition_then_the_calendar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(DAGS))
    from ansinh_dags import months_of

    run = SimpleNamespace(partition_key="2025-03", run_after=dt.datetime(2026, 1, 5, tzinfo=dt.UTC))
    given = {"period_from": "2024-12", "period_to": "2025-12"}
    nothing = {"period_from": None, "period_to": None}
    assert months_of({"dag_run": run, "params": given}) == ("2024-12", "2025-12")
    assert months_of({"dag_run": run, "params": nothing}) == ("2025-03", "2025-03")
    run.partition_key = None
    assert months_of({"dag_run": run, "params": nothing}) == ("2025-12", "2025-12")


@pytest.mark.parametrize(
    ("uri", "address"),
    [
        ("file:///srv/gateway/outbox", "file:///srv/gateway/outbox"),
        ("http://client:s%2Fecret@127.0.0.1:8080?page_size=500", "http://127.0.0.1:8080"),
        ("postgresql+psycopg://reader:s%2Fecret@db:5432/ledger", "postgresql+psycopg://db:5432/ledger"),
    ],
)
def test_a_connection_becomes_settings(monkeypatch: pytest.MonkeyPatch, uri: str, address: str) -> None:
    monkeypatch.syspath_prepend(str(DAGS))
    monkeypatch.setenv("AIRFLOW_CONN_REGISTRY_TAX", uri)
    from ansinh_dags import settings_of

    settings = settings_of("tax")
    assert settings.address.rstrip("/") == address
    assert settings.password in ("", "s/ecret")
