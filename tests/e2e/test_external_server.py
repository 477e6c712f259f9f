"""The whole way on a plain PostgreSQL of the operating system, by an administrator who is no superuser."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import psycopg
import pytest

from tests.ansinh.debian import newest_binaries, running_server
from tests.e2e.installation import Installation, installed

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

MONTH = "2025-06"
RUN = ("run", "--people", "2000", "--from", MONTH, "--to", MONTH)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    binaries = newest_binaries()
    if binaries is None:
        pytest.skip("the operating system has no PostgreSQL")
    with running_server(binaries) as url:
        yield url


@pytest.fixture(scope="module")
def system(server: str) -> Iterator[Installation]:
    with installed(ANSINH_DATABASE_URL=server) as system:
        yield system


@pytest.fixture(scope="module")
def first(system: Installation) -> subprocess.CompletedProcess[str]:
    return system.call(*RUN)


def test_a_run_ends_with_a_release(system: Installation, first: subprocess.CompletedProcess[str]) -> None:
    assert first.returncode == 0, first.stdout + first.stderr
    status = system.json("status")
    assert status["release"]["release_id"] == f"{MONTH}-preliminary-1"
    assert {batch["state"] for batch in status["batches"]} == {"loaded"}
    assert all(gate["success"] for gate in status["gates"])
    figure = system.json("indicator", "HI_COV", "--period", MONTH, "--area", "VN")
    assert 85 < figure["value"] < 100


def test_everything_is_on_that_server(system: Installation, first: subprocess.CompletedProcess[str]) -> None:
    assert not (system.home / "postgres").exists()
    databases = {name for (name,) in system.query("select datname from pg_database")}
    assert databases >= {"ansinh", "airflow", "registry_labour", "registry_vss"}
    assert system.query("select rolsuper from pg_roles where rolname = current_user") == [(False,)]
    assert system.query("select count(*) from pg_roles where rolsuper and rolname like 'ansinh%'") == [(0,)]


def test_a_second_run_changes_nothing(system: Installation, first: subprocess.CompletedProcess[str]) -> None:
    before = system.loaded_at(), system.json("status")["release"]
    again = system.call(*RUN)
    assert again.returncode == 0, again.stdout + again.stderr
    assert "the figures are unchanged" in again.stdout
    assert (system.loaded_at(), system.json("status")["release"]) == before


def test_down_ends_our_processes_and_not_the_server(
    system: Installation, server: str, first: subprocess.CompletedProcess[str]
) -> None:
    assert system.call("down").returncode == 0
    assert system.processes() == []
    with psycopg.connect(server) as connection:
        assert connection.execute("select count(*) from release.release").fetchone() == (1,)
