from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import ansinh
from ansinh.errors import AnsinhError
from ansinh.settings import PROJECT_ROOT, get_settings, secret


@pytest.fixture
def own_home(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("ANSINH_HOME", str(tmp_path / "state"))
    get_settings.cache_clear()
    yield tmp_path / "state"
    monkeypatch.undo()
    get_settings.cache_clear()


def test_the_project_root_holds_the_launcher() -> None:
    assert os.access(PROJECT_ROOT / "ansinh", os.X_OK)


def test_folders_follow_the_home(own_home: Path) -> None:
    settings = get_settings()
    assert {settings.landing_dir, settings.releases_dir, settings.sandbox_dir, settings.logs_dir} == {
        own_home / name for name in ("landing", "releases", "sandbox", "logs")
    }


def test_a_wrong_setting_is_named(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANSINH_PEOPLE", "7")
    get_settings.cache_clear()
    with pytest.raises(AnsinhError, match="ANSINH_PEOPLE"):
        get_settings()


def test_a_secret_is_made_once_and_only_its_owner_reads_it(own_home: Path) -> None:
    first = secret("anything")
    assert len(first) >= 32
    assert secret("anything") == first
    assert secret("another") != first
    assert stat.S_IMODE((own_home / "secrets.json").stat().st_mode) == 0o600


def test_the_environment_wins_over_the_file(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret("anything")
    monkeypatch.setenv("ANSINH_SECRET_ANYTHING", "from the vault")
    assert secret("anything") == "from the vault"


def test_processes_that_ask_at_once_get_the_same_secret(own_home: Path) -> None:
    ask = "import sys; from ansinh.settings import secret; print([secret(n) for n in sys.argv[1:]])"
    names = [[f"s{n}" for n in range(8)], [f"s{n}" for n in reversed(range(8))]] * 3
    started = [
        subprocess.Popen([sys.executable, "-c", ask, *order], stdout=subprocess.PIPE, text=True) for order in names
    ]
    answers = [process.communicate()[0].strip() for process in started]
    kept = json.loads((own_home / "secrets.json").read_text())
    assert answers == [str([kept[name] for name in order]) for order in names]


def test_telemetry_is_off_in_every_process_we_start() -> None:
    assert {name: os.environ.get(name) for name in ansinh.TELEMETRY_OFF} == ansinh.TELEMETRY_OFF
    assert {"DO_NOT_TRACK", "DBT_SEND_ANONYMOUS_USAGE_STATS", "GX_ANALYTICS_ENABLED"} <= set(ansinh.TELEMETRY_OFF)
