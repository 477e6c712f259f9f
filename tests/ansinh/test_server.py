from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from ansinh import server
from ansinh.settings import get_settings


@pytest.fixture
def own_server(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The home of a server that the test may start, break and stop."""
    folder = Path(tempfile.mkdtemp(prefix="ansinh test-"))  # a space in the path is allowed
    monkeypatch.setenv("ANSINH_HOME", str(folder))
    monkeypatch.setenv("ANSINH_DURABLE", "true")
    get_settings.cache_clear()
    yield folder
    server.stop()
    monkeypatch.undo()
    get_settings.cache_clear()
    shutil.rmtree(folder, ignore_errors=True)


def _postmaster(folder: Path) -> psutil.Process:
    return psutil.Process(int((folder / "postgres" / "data" / "postmaster.pid").read_text().split()[0]))


def _answer() -> int:
    with psycopg.connect(server.admin_url()) as connection:
        row = connection.execute("select 42").fetchone()
    assert row is not None
    return int(row[0])


def test_it_starts_once_and_stops_without_a_trace(own_server: Path) -> None:
    port = server.start()
    assert server.start() == port == server.running_port()
    assert server.started_here()
    process = _postmaster(own_server)
    children = process.children(recursive=True)
    assert _answer() == 42
    server.stop()
    assert server.running_port() is None
    assert not [
        child for child in [process, *children] if child.is_running() and child.status() != psutil.STATUS_ZOMBIE
    ]
    server.stop()


def test_it_never_runs_as_root_and_asks_for_a_password(own_server: Path) -> None:
    url = server.admin_url()
    assert _postmaster(own_server).uids().real != 0
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url.replace("postgres:", "postgres:wrong"), connect_timeout=5)


def test_a_killed_server_comes_back_with_its_data(own_server: Path) -> None:
    with psycopg.connect(server.admin_url()) as connection:
        connection.execute("create table kept (n int)")
    process = _postmaster(own_server)
    everyone = [process, *process.children(recursive=True)]
    for one in everyone:
        one.send_signal(signal.SIGKILL)
    psutil.wait_procs(everyone, timeout=20)
    assert server.running_port() is None
    with psycopg.connect(server.admin_url()) as connection:
        assert connection.execute("select count(*) from kept").fetchone() == (0,)


def test_a_pid_file_that_now_names_another_process_is_no_server(own_server: Path) -> None:
    server.start()
    pid_file = own_server / "postgres" / "data" / "postmaster.pid"
    left_over = pid_file.read_text().splitlines()
    server.stop()
    left_over[0] = str(os.getpid())
    pid_file.write_text("\n".join(left_over))
    assert server.running_port() is None
    assert _answer() == 42


def test_an_interrupted_initialisation_leaves_nothing_in_the_way(own_server: Path) -> None:
    half_made = own_server / "postgres" / "initialising"
    half_made.mkdir(parents=True)
    (half_made / "PG_VERSION").write_text("18\n")
    assert not server.is_initialised()
    assert _answer() == 42


def test_two_starts_at_once_end_with_one_server(own_server: Path) -> None:
    start = [sys.executable, "-c", "from ansinh import server; print(server.start())"]
    both = [subprocess.Popen(start, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    ports = {process.communicate()[0].strip() for process in both}
    assert ports == {str(server.running_port())}
