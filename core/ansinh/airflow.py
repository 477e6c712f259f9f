"""Airflow for one machine: its four components, each in a session of its own, so that a stop ends every process.

The metadata live in the database `airflow` of the same PostgreSQL server. Configuration is environment only
(`environment()`), so `airflow dags list` and the other commands of Airflow work with the same variables.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import httpx
import psutil
import psycopg
import sqlalchemy as sa
from psycopg import sql

from ansinh import database
from ansinh.airflow_api import Api
from ansinh.errors import AnsinhError
from ansinh.settings import PROJECT_ROOT, get_settings, secret

USER = "admin"

_DATABASE = "airflow"
_COMPONENTS = {
    "api-server": ("airflow", "api-server"),
    "scheduler": ("ansinh.airflow_scheduler", "scheduler", "--skip-serve-logs"),
    "dag-processor": ("airflow", "dag-processor"),
    "triggerer": ("airflow", "triggerer", "--skip-serve-logs"),
}
_START_SECONDS = 240
_STOP_SECONDS = 8

_log = logging.getLogger(__name__)


def start(tell: Callable[[str], None] = _log.info) -> str:
    """Start the components that are not running and return the address of the UI when all of them are healthy.

    Args:
        tell: receives a line for each step.

    Raises:
        AnsinhError: a component ended or did not become healthy; the message names its log.
    """
    if healthy():
        return api_url()
    stop()
    _folder().mkdir(parents=True, exist_ok=True)
    _port_file().write_text(str(_free_port()))
    _write_password()
    variables = os.environ | environment()
    _migrate(variables, tell)
    tell("starting Airflow")
    started = {name: _spawn(name, command, variables) for name, command in _COMPONENTS.items()}
    _wait(started)
    return api_url()


def stop() -> None:
    """End every process of every component: a polite signal first, then a hard one. Safe to call again."""
    processes = running()
    for process in processes:
        _signal(process, signal.SIGTERM)
    # A component hands the signal on and waits for its children; what is left after that will not go by itself.
    psutil.wait_procs(processes, timeout=_STOP_SECONDS)
    for process in (left := running()):
        _signal(process, signal.SIGKILL)
    psutil.wait_procs(left, timeout=_STOP_SECONDS)
    for name in _COMPONENTS:
        _pid_file(name).unlink(missing_ok=True)
    _port_file().unlink(missing_ok=True)


def running() -> list[psutil.Process]:
    """Return every living process of the components: the leaders, and all that share their sessions."""
    leaders = [leader for name in _COMPONENTS if (leader := _leader(name))]
    sessions = {pid for pid, _ in leaders}
    found = {}
    for process in psutil.process_iter():
        try:
            if os.getsid(process.pid) in sessions and process.status() != psutil.STATUS_ZOMBIE:
                found[process.pid] = process
        except (ProcessLookupError, psutil.NoSuchProcess):
            continue
    return list(found.values())


def healthy() -> bool:
    """Tell whether all components run and report health."""
    if not _port_file().exists() or not all(_alive(name) for name in _COMPONENTS):
        return False
    try:
        return not _unhealthy()
    except httpx.HTTPError:
        return False


def set_up(client: Api, registries: dict[str, str]) -> None:
    """Give Airflow what the DAGs name: a pool and a Connection for each registry; wait until the DAG files are read.

    Args:
        client: the REST API of the running Airflow.
        registries: `ANSINH_REGISTRY_<NAME>` to URI, as the sandbox and the settings have them.

    Raises:
        AnsinhError: a DAG file has an error.
    """
    uris = {name.removeprefix("ANSINH_").lower(): uri for name, uri in registries.items()}
    client.set_pools(dict.fromkeys(uris, (1, "Tasks at once that ask this registry for data.")))
    client.set_connections(uris)
    deadline = time.monotonic() + _START_SECONDS
    wanted = {f"ingest_{name.removeprefix('registry_')}" for name in uris} | {"build_warehouse", "publish_indicators"}
    while missing := wanted - client.dags().keys():
        if errors := client.import_errors():
            raise AnsinhError(f"A DAG file has an error: {errors[0]}", "Correct it; Airflow reads it again.")
        if time.monotonic() > deadline:
            raise AnsinhError(f"Airflow has not read {min(missing)}.", f"Read {_log_file('dag-processor')}.")
        time.sleep(0.3)


def api() -> Api:
    """Return a client of the REST API, signed in as the administrator; use it as a context manager."""
    return Api(api_url(), USER, secret("airflow_admin"))


def api_url() -> str:
    """Return the address of the UI and the REST API.

    Raises:
        AnsinhError: Airflow is not running.
    """
    if not _port_file().exists():
        raise AnsinhError("Airflow is not running.", "Run ./ansinh up.")
    return f"http://127.0.0.1:{_port_file().read_text()}"


def environment() -> dict[str, str]:
    """Return Airflow's configuration as environment variables, for its components and for its own commands."""
    settings = get_settings()
    logs = settings.logs_dir / "airflow"
    url = database.admin_url(_DATABASE).set(username=_DATABASE, password=secret("airflow_database"))
    options = {
        "CORE__DAGS_FOLDER": PROJECT_ROOT / "dags",
        "CORE__PLUGINS_FOLDER": _folder() / "plugins",
        "CORE__EXECUTOR": "LocalExecutor",
        "CORE__PARALLELISM": settings.parallelism,
        "CORE__LOAD_EXAMPLES": False,
        "CORE__DEFAULT_TIMEZONE": "Asia/Ho_Chi_Minh",
        "CORE__FERNET_KEY": base64.urlsafe_b64encode(_derived("airflow_fernet")).decode(),
        "CORE__SIMPLE_AUTH_MANAGER_USERS": f"{USER}:admin",
        "CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": _password_file(),
        # Airflow 3.3 wants psycopg 2 for its metadata; for its asynchronous part psycopg 3 will do.
        "DATABASE__SQL_ALCHEMY_CONN": _text(url.set(drivername="postgresql+psycopg2")),
        "DATABASE__SQL_ALCHEMY_CONN_ASYNC": _text(url),
        "API_AUTH__JWT_SECRET": _derived("airflow_jwt").hex(),
        "API__SECRET_KEY": _derived("airflow_session").hex(),
        "API__HOST": "127.0.0.1",
        "LOGGING__BASE_LOG_FOLDER": logs,
        "LOGGING__DAG_PROCESSOR_CHILD_PROCESS_LOG_DIRECTORY": logs / "dag_processor",
        "LOGGING__COLORED_CONSOLE_LOG": False,
        # The defaults suit a cluster; here a second of idling after each task would be most of its time.
        "SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": 0.2,
        "DAG_PROCESSOR__REFRESH_INTERVAL": 60,
        "METRICS__STATSD_ON": False,
        "METRICS__OTEL_ON": False,
        "TRACES__OTEL_ON": False,
    }
    if _port_file().exists():
        # Derived from our own port: workers that reach another Airflow on the default port end the scheduler.
        options |= {
            "API__PORT": _port_file().read_text(),
            "API__BASE_URL": api_url(),
            "CORE__EXECUTION_API_SERVER_URL": f"{api_url()}/execution/",
        }
    return {f"AIRFLOW__{name}": str(value) for name, value in options.items()} | {"AIRFLOW_HOME": str(_folder())}


def _migrate(variables: dict[str, str], tell: Callable[[str], None]) -> None:
    """Create or upgrade the metadata tables; the database's comment says which Airflow did it last."""
    installed = version("apache-airflow-core")
    with psycopg.connect(_libpq(database.admin_url()), autocommit=True) as connection:
        database.ensure_role(connection, _DATABASE, secret("airflow_database"))
    database.ensure_database(_DATABASE, owner=_DATABASE)
    with psycopg.connect(_libpq(database.admin_url(_DATABASE)), autocommit=True) as connection:
        query = "select shobj_description(oid, 'pg_database') from pg_database where datname = %s"
        row = connection.execute(query, [_DATABASE]).fetchone()
        if row and row[0] == installed:
            return
        tell("preparing the metadata of Airflow (first start)")
        log = get_settings().logs_dir / "airflow-migrate.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("wb") as output:
            command = [sys.executable, "-m", "airflow", "db", "migrate"]
            done = subprocess.run(command, env=variables, stdout=output, stderr=output, check=False)
        if done.returncode:
            raise AnsinhError("The metadata database of Airflow could not be prepared.", f"Read {log}.")
        comment = sql.SQL("comment on database {} is {}")
        connection.execute(comment.format(sql.Identifier(_DATABASE), sql.Literal(installed)))


def _spawn(name: str, command: tuple[str, ...], variables: dict[str, str]) -> subprocess.Popen[bytes]:
    log = _log_file(name)
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", *command],
            env=variables, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=_folder(),
            start_new_session=True,
        )  # fmt: skip
    _pid_file(name).write_text(json.dumps([process.pid, psutil.Process(process.pid).create_time()]))
    return process


def _wait(started: dict[str, subprocess.Popen[bytes]]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    missing = list(started)
    while time.monotonic() < deadline:
        for name, process in started.items():
            if process.poll() is not None:
                stop()
                raise AnsinhError(f"Airflow's {name} ended while starting.", f"Read {_log_file(name)}.")
        try:
            missing = _unhealthy()
        except httpx.HTTPError:
            missing = ["api-server"]
        if not missing:
            # The first request builds the interface that tasks talk to: seconds that belong here, not to a task.
            httpx.get(f"{api_url()}/execution/health", timeout=_START_SECONDS).raise_for_status()
            return
        time.sleep(0.3)
    stop()
    raise AnsinhError(
        f"Airflow's {missing[0]} did not become healthy in {_START_SECONDS} s.", f"Read {_log_file(missing[0])}."
    )


def _unhealthy() -> list[str]:
    report = httpx.get(f"{api_url()}/api/v2/monitor/health", timeout=5).raise_for_status().json()
    parts = {"scheduler": "scheduler", "dag_processor": "dag-processor", "triggerer": "triggerer"}
    return [name for part, name in parts.items() if (report.get(part) or {}).get("status") != "healthy"]


def _leader(name: str) -> tuple[int, float] | None:
    """Return the recorded leader (pid, start time), unless its pid has since gone to a stranger."""
    try:
        pid, created = json.loads(_pid_file(name).read_text())
    except FileNotFoundError:
        return None
    try:
        return (pid, created) if psutil.Process(pid).create_time() == created else None
    except psutil.NoSuchProcess:
        # The kernel does not give a pid away while a session of that number has members.
        return pid, created


def _alive(name: str) -> bool:
    leader = _leader(name)
    try:
        return leader is not None and bool(psutil.Process(leader[0]).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _signal(process: psutil.Process, number: signal.Signals) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        process.send_signal(number)


def _write_password() -> None:
    _password_file().touch(mode=0o600)
    _password_file().write_text(json.dumps({USER: secret("airflow_admin")}))


def _derived(name: str) -> bytes:
    return hashlib.sha256(secret(name).encode()).digest()


def _libpq(url: sa.URL) -> str:
    return _text(url.set(drivername="postgresql"))


def _text(url: sa.URL) -> str:
    return url.render_as_string(hide_password=False)


def _folder() -> Path:
    return get_settings().home / "airflow"


def _port_file() -> Path:
    return _folder() / "port"


def _password_file() -> Path:
    return _folder() / "passwords.json"


def _pid_file(name: str) -> Path:
    return _folder() / f"{name}.pid"


def _log_file(name: str) -> Path:
    return get_settings().logs_dir / f"airflow-{name}.log"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
