"""The command line as people and programs meet it: a process, its output, its exit status."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ansinh import database, server
from ansinh.database import Role

BATCHES = """
    insert into ingest.batch (batch_id, registry, dataset, period, state, rows_received, rows_accepted,
        rows_quarantined, sha256, error, contract_version, code_version)
    values
        ('vss.payment.2025-01', 'vss', 'payment', '2025-01', 'loaded', 1000000, 999990, 10, 'aa', null, '1', '1'),
        ('vss.payment.2025-02', 'vss', 'payment', '2025-02', 'rejected', 5, 5, 0, 'bb', 'too few [rows]', '1', '1')
"""
GATES = """
    insert into quality.gate_result (stage, suite, success, critical_failed, warning_failed, evaluated)
    values ('landing', 'vss', false, 2, 1, 9), ('landing', 'vss', true, 0, 1, 9), ('staging', 'staging', true, 0, 0, 3)
"""


def call(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ansinh", *arguments],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, cwd="/",
        env=os.environ | {"TERM": "dumb", "NO_COLOR": "1"} | environment,
    )  # fmt: skip


@pytest.fixture
def ledger(empty_warehouse: Path) -> Path:
    with database.connect(Role.LOADER) as connection:
        connection.execute(BATCHES)
    with database.connect(Role.CHECKER) as connection:
        connection.execute(GATES)
    with database.connect(Role.PUBLISHER) as connection:
        connection.execute("insert into release.release values ('r1', '2025-12', 'preliminary', 'cc', '/r1')")
        connection.execute("insert into release.publication values ('r1')")
    return empty_warehouse


def test_help_names_every_command() -> None:
    done = call("--help")
    assert done.returncode == 0
    words = done.stdout.split()
    for command in ("run", "test", "up", "down", "status", "ingest", "build", "publish", "quarantine", "indicator",
                    "identity", "release", "bench", "env", "contracts"):  # fmt: skip
        assert command in words


HELP = """
import sys
from ansinh.__main__ import main
sys.argv = ["ansinh", "--help"]
try:
    main()
except SystemExit:
    print(sorted({"polars", "pyarrow", "sqlalchemy", "airflow", "pydantic", "psycopg"} & set(sys.modules)))
"""


def test_help_needs_no_heavy_library() -> None:
    done = subprocess.run([sys.executable, "-c", HELP], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_status_as_json_has_the_agreed_form(ledger: Path) -> None:
    done = call("status", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    state = json.loads(done.stdout)
    assert state["batches"][0] == {
        "batch_id": "vss.payment.2025-01",
        "registry": "vss",
        "dataset": "payment",
        "period": "2025-01",
        "state": "loaded",
        "rows_received": 1000000,
        "rows_accepted": 999990,
        "rows_quarantined": 10,
        "sha256": "aa",
    }
    assert state["gates"] == [
        {"stage": "landing", "suite": "vss", "success": True, "critical_failed": 0, "warning_failed": 1},
        {"stage": "staging", "suite": "staging", "success": True, "critical_failed": 0, "warning_failed": 0},
    ]
    assert list(state["release"]) == ["release_id", "period", "vintage", "published_at"]


def test_status_for_people_fits_80_columns(ledger: Path) -> None:
    done = call("status")
    assert (done.returncode, done.stderr) == (0, "")
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert "999,995" in done.stdout
    assert "1 loaded, 1 rejected" in done.stdout
    assert "vss.payment.2025-02 is rejected: too few [rows]" in done.stdout


def test_an_empty_warehouse_says_what_to_do_next(empty_warehouse: Path) -> None:
    assert json.loads(call("status", "--json").stdout) == {"batches": [], "gates": [], "release": None}
    assert "Next: ./ansinh run" in call("status").stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["ingest", "nowhere"], "There is no registry 'nowhere'."),
        (["ingest", "vss", "--period", "2025-13"], "'2025-13' is not a month."),
        (["ingest", "vss", "--from", "2025-02", "--to", "2025-01"], "The range 2025-02 to 2025-01 runs backwards."),
        (["ingest", "vss", "--period", "2025-01", "--to", "2025-02"], "--period and --from/--to say two things."),
        (["quarantine", "replay"], "It is not clear which rows to replay."),
        (["release", "show", "r0"], "r0"),
        (["indicator", "SI_COV"], "Nothing has been published."),
        (["env", "--role", "root"], "There is no database role 'root'."),
    ],
)
def test_an_error_is_one_sentence_with_the_next_step(empty_warehouse: Path, arguments: list[str], message: str) -> None:
    done = call(*arguments)
    assert (done.returncode, done.stdout) == (1, "")
    first, second = done.stderr.splitlines()
    assert first.startswith("Error: ")
    assert message in first
    assert second.startswith("Next: ")


def test_the_traceback_comes_with_debug_alone(warehouse: Path) -> None:
    assert "Traceback" not in call("ingest", "nowhere").stderr
    assert "Traceback" in call("ingest", "nowhere", "--debug").stderr
    assert "Traceback" in call("--debug", "ingest", "nowhere").stderr


def test_an_unforeseen_error_is_one_line_too(warehouse: Path) -> None:
    done = call("status", ANSINH_HOME="/dev/null/nowhere")
    assert done.returncode == 1
    assert done.stderr.splitlines()[0].startswith("Error: NotADirectoryError: ")
    assert done.stderr.splitlines()[1] == "Next: Run again with --debug for the traceback."


def test_a_wrong_option_is_a_usage_error() -> None:
    assert call("status", "--nonsense").returncode == 2
    assert call("nonsense").returncode == 2


def test_a_question_to_an_unused_installation_makes_no_server(home: Path, tmp_path: Path) -> None:
    done = call("status", ANSINH_HOME=str(tmp_path / "unused"))
    assert done.returncode == 1
    assert "There is no warehouse here yet." in done.stderr
    assert not (tmp_path / "unused" / "postgres").exists()


def test_a_question_to_a_stopped_system_leaves_it_stopped(warehouse: Path) -> None:
    server.stop()
    try:
        assert call("status").returncode == 0
        assert server.running_port() is None
    finally:
        server.start()


def test_exports_lead_psql_dbt_and_airflow_to_this_installation(warehouse: Path) -> None:
    exports = call("env").stdout
    ask = "psql -At -c 'select current_user' && dbt --version >/dev/null && airflow config get-value core dags_folder"
    done = subprocess.run(
        ["bash", "-c", f'eval "$1"; {ask}', "bash", exports], capture_output=True, text=True, check=False,
        env={"PATH": os.defpath, "HOME": str(warehouse)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    answers = done.stdout.splitlines()
    assert answers[0] == "ansinh_bi"
    assert answers[-1].endswith("/dags")
