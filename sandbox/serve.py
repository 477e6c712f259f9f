"""Start and stop the stand-in registries of a country."""

from __future__ import annotations

import fcntl
import logging
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import psutil

from ansinh.errors import AnsinhError
from ansinh.settings import PROJECT_ROOT, get_settings
from connectors.contract import datasets
from sandbox.serving import claim_xml, databases, envelopes, feeds, registries, returns, server, xml
from sandbox.serving.tables import fingerprint, refresh, table_path

_log = logging.getLogger(__name__)

_START_SECONDS = 60


def start(directory: Path) -> dict[str, str]:
    """Render the country's tables into the registries' formats, start the servers, and return their environment.

    What is rendered, loaded or running for the same tables is left as it is.

    Args:
        directory: folder of the country, with `tables/`.

    Returns:
        `ANSINH_REGISTRY_<NAME>` for the six registries, with credentials.

    Raises:
        AnsinhError: there is no country in the folder, or the HTTP server does not come up.
    """
    directory = directory.resolve()
    if not (directory / "tables").is_dir():
        raise AnsinhError(f"There is no country in {directory}.", "Build one first with sandbox.world.build.")
    with _alone():
        render(directory)
        addresses = {name: databases.load(directory, name) for name in databases.SQL_REGISTRIES}
        addresses |= {"health": (directory / "outbox").as_uri(), "reference": (directory / "reference").as_uri()}
        addresses |= server.addresses(_serve(directory))
    return {f"ANSINH_REGISTRY_{name.upper()}": address for name, address in addresses.items()}


def stop() -> None:
    """End the HTTP server; nothing happens where it is not running."""
    with _alone():
        _end()


def _end() -> None:
    running = _running()
    if running is not None:
        running.process.terminate()
        try:
            running.process.wait(10)
        except psutil.TimeoutExpired:
            running.process.kill()
            running.process.wait(10)
    _pid_file().unlink(missing_ok=True)


def render(directory: Path) -> None:
    """Render what the registries serve as files: change feeds, archives of returns, envelopes, reference tables."""
    steps = {
        "serving/population": (_population, "population", [feeds]),
        "serving/tax": (returns.render, "tax", [feeds, returns, xml]),
        "outbox": (envelopes.render, "health", [envelopes, claim_xml, xml]),
        "reference": (_reference, "reference", []),
    }
    for target, (renderer, registry, modules) in steps.items():
        mark = fingerprint(directory, registry, *(str(module.__file__) for module in modules))
        refresh(directory / target, mark, lambda folder, step=renderer: step(directory, folder))  # type: ignore[misc]


def _population(directory: Path, folder: Path) -> None:
    def write(dataset: str) -> None:
        feeds.write_feed(table_path(directory, "population", dataset), folder, dataset, ["change_seq"])

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for _ in pool.map(write, datasets("population")):
            pass


def _reference(directory: Path, folder: Path) -> None:
    for dataset in datasets("reference"):
        table = pl.read_parquet(table_path(directory, "reference", dataset))
        table.write_csv(folder / f"{dataset}.csv", datetime_format="%Y-%m-%dT%H:%M:%S")


@dataclass(frozen=True)
class _Server:
    process: psutil.Process
    mark: str
    ports: dict[str, int]


def _serve(directory: Path) -> dict[str, int]:
    """Return the HTTP ports, from the running server where it serves the same files."""
    stamps = [directory / "serving" / f"{name}.fingerprint" for name in registries.HTTP_REGISTRIES]
    mark = f"{directory} " + " ".join(stamp.read_text() for stamp in stamps)
    running = _running()
    if running is not None and running.mark == mark:
        return running.ports
    _end()
    log_path = get_settings().logs_dir / "sandbox.log"
    log_path.parent.mkdir(parents=True, exist_ok=True)
    with log_path.open("ab") as log:
        child = subprocess.Popen(
            [sys.executable, "-m", "sandbox.serving.server", str(directory), str(_pid_file()), mark],
            cwd=PROJECT_ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    deadline = time.monotonic() + _START_SECONDS
    while child.poll() is None and time.monotonic() < deadline:
        running = _running()
        if running is not None:
            child.returncode = 0  # It lives on after this process; the pid file is its only handle.
            _log.info("Registries answer on ports %s.", running.ports)
            return running.ports
        time.sleep(0.05)
    child.kill()
    raise AnsinhError("The stand-in registries did not start.", f"Read {log_path}.")


def _running() -> _Server | None:
    try:
        pid, created, mark, *ports = _pid_file().read_text().splitlines()
        process = psutil.Process(int(pid))
        if process.create_time() != float(created) or process.status() == psutil.STATUS_ZOMBIE:
            return None
    except (FileNotFoundError, ValueError, psutil.NoSuchProcess):
        return None
    return _Server(process, mark, dict(zip(registries.HTTP_REGISTRIES, map(int, ports), strict=True)))


@contextmanager
def _alone() -> Iterator[None]:
    """Wait until no other process starts or stops the registries of this installation."""
    with _pid_file().with_name("server.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _pid_file() -> Path:
    path = get_settings().home / "sandbox" / "server.pid"
    path.parent.mkdir(parents=True, exist_ok=True)
    return path
