"""The deployment as far as it can be tried without a container engine."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml

import environment
from ansinh.settings import PROJECT_ROOT
from tests.ansinh.debian import newest_binaries, running_server

DOCKER = PROJECT_ROOT / "docker"
COMPOSE = DOCKER / "compose.yaml"
VARIABLE = re.compile(r"(?<!\$)\$\{(\w+)(:[-?])?([^}]*)\}")
AIRFLOW_SERVICES = {"api-server", "scheduler", "dag-processor", "triggerer", "worker"}


def _compose() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(COMPOSE.read_text())
    return document


def _required() -> set[str]:
    return {name for name, kind, _ in VARIABLE.findall(COMPOSE.read_text()) if kind == ":?"}


def test_the_compose_file_follows_the_compose_specification() -> None:
    checker = environment.ensure("lint").with_name("check-jsonschema")
    done = subprocess.run(
        [checker, "--builtin-schema", "vendor.compose-spec", COMPOSE], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_the_components_of_airflow_wait_for_the_preparation() -> None:
    services = _compose()["services"]
    assert set(services) == AIRFLOW_SERVICES | {"postgres", "redis", "prepare"}
    for name in AIRFLOW_SERVICES:
        assert services[name]["depends_on"]["prepare"] == {"condition": "service_completed_successfully"}
        assert services[name]["environment"]["AIRFLOW__CORE__EXECUTOR"] == "CeleryExecutor"
        assert services[name]["healthcheck"]["test"]
    assert set(services["prepare"]["depends_on"]) == {"postgres", "redis"}


def test_no_secret_has_a_default() -> None:
    for name, kind, _ in VARIABLE.findall(COMPOSE.read_text()):
        if re.search("PASSWORD|SECRET|KEY|REGISTRY", name):
            assert kind == ":?", name
    for line in (DOCKER / "example.env").read_text().splitlines():
        assert line.startswith("#") or not line.partition("=")[2], line


def test_the_example_names_every_required_variable_and_no_other() -> None:
    named = re.findall(r"^(\w+)=", (DOCKER / "example.env").read_text(), re.MULTILINE)
    assert set(named) == _required()


def test_only_the_preparation_and_the_server_hold_the_administrators_password() -> None:
    holders = {name for name, service in _compose()["services"].items() if "POSTGRES_PASSWORD" in str(service)}
    assert holders == {"postgres", "prepare"}


def test_every_registry_has_a_connection() -> None:
    from connectors.contract import registries

    names = _compose()["services"]["worker"]["environment"]
    assert {f"AIRFLOW_CONN_REGISTRY_{name.upper()}" for name in registries()} == {
        name for name in names if name.startswith("AIRFLOW_CONN_")
    }


def test_images_are_named_with_a_version() -> None:
    images = [service["image"] for service in _compose()["services"].values()]
    images += re.findall(r"^FROM (\S+)", (DOCKER / "Dockerfile").read_text(), re.MULTILINE)
    for image in images:
        assert image == "ansinh" or re.search(r":\d", image), image


def test_what_the_image_copies_is_there() -> None:
    for line in re.findall(r"^COPY (?!--from)(.+)", (DOCKER / "Dockerfile").read_text(), re.MULTILINE):
        for source in line.split()[:-1]:
            assert (PROJECT_ROOT / source).exists(), source


def test_the_settings_of_airflow_exist() -> None:
    code = """
import sys
from airflow.configuration import conf
for name in sys.argv[1:]:
    section, option = name.removeprefix("AIRFLOW__").lower().split("__")
    if option not in conf.configuration_description.get(section, {}).get("options", {}):
        print(name)
"""
    names = [name for name in _compose()["services"]["worker"]["environment"] if name.startswith("AIRFLOW__")]
    # The section of the Celery provider is known in the image alone.
    names = [name for name in names if not name.startswith("AIRFLOW__CELERY__")]
    done = subprocess.run([sys.executable, "-c", code, *names], capture_output=True, text=True, check=True)
    assert done.stdout == ""


@pytest.mark.slow
def test_the_preparation_sets_up_a_plain_server_and_can_run_again(tmp_path: Path) -> None:
    binaries = newest_binaries()
    if binaries is None:
        pytest.skip("the operating system has no PostgreSQL")
    secrets = {name: f"{name.lower()}-0123456789abcdef0123456789abcdef" for name in _required()}
    secrets["AIRFLOW_FERNET_KEY"] = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
    with running_server(binaries) as url:
        variables = {name: value for name, value in os.environ.items() if not name.startswith(("ANSINH_", "AIRFLOW"))}
        for name, value in _compose()["services"]["prepare"]["environment"].items():
            filled = VARIABLE.sub(lambda match: secrets.get(match[1], match[3]), str(value))
            filled = filled.replace("/var/lib/ansinh", str(tmp_path)).replace("/opt/ansinh", str(PROJECT_ROOT))
            variables[name] = filled.replace("@postgres:5432/", f"@{url.partition('@')[2].partition('/')[0]}/")
        variables["ANSINH_DATABASE_URL"] = url
        variables["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        variables |= {"PYTHONPATH": f"{PROJECT_ROOT}{os.pathsep}{PROJECT_ROOT / 'core'}"}
        # The executor's provider is in the image alone.
        variables["AIRFLOW__CORE__EXECUTOR"] = "LocalExecutor"
        for _ in range(2):
            done = subprocess.run(
                [sys.executable, DOCKER / "prepare.py"], env=variables, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stderr[-3000:]
        with psycopg.connect(url.replace("/ansinh", "/airflow")) as connection:
            pools = connection.execute("select pool, slots from slot_pool where pool like 'registry_%'").fetchall()
    assert sorted(pools) == [
        (f"registry_{name}", 1) for name in ("health", "labour", "population", "reference", "tax", "vss")
    ]
    assert (tmp_path / "airflow" / "passwords.json").stat().st_mode & 0o777 == 0o600
