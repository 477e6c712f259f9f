"""The launcher on a small project of its own: a lock with one or two tiny wheels from a local folder."""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from ansinh.settings import PROJECT_ROOT

PROGRAM = """
import importlib.metadata, sys
names = {d.name for d in importlib.metadata.distributions()}
print("arguments", sys.argv[1:], "packages", sorted(names & {"acorn", "beech"}))
raise SystemExit(7 if "fail" in sys.argv else 0)
"""


class Project:
    """A copy of the launcher beside a program that says what it was called with."""

    def __init__(self, folder: Path) -> None:
        self.root = folder
        (folder / "core" / "ansinh").mkdir(parents=True)
        (folder / "requirements").mkdir()
        shutil.copy(PROJECT_ROOT / "ansinh", folder / "ansinh")
        shutil.copy(PROJECT_ROOT / "core" / "environment.py", folder / "core" / "environment.py")
        (folder / "core" / "ansinh" / "__main__.py").write_text(PROGRAM)
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
        self.environment |= {
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": (folder / "wheels").as_uri(),
            "PIP_CONFIG_FILE": os.devnull,
        }
        (folder / "wheels").mkdir()
        self.lock("acorn")

    def lock(self, *names: str) -> None:
        lines = (f"{name}==1.0 --hash=sha256:{_wheel(self.root / 'wheels', name)}" for name in names)
        (self.root / "requirements" / "runtime.lock").write_text("\n".join(lines) + "\n")

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [self.root / "ansinh", *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, env=self.environment | environment, cwd="/", start_new_session=True,
        )  # fmt: skip

    def call(self, *arguments: str, **environment: str) -> tuple[int, str, str]:
        process = self.start(*arguments, **environment)
        out, err = process.communicate(timeout=120)
        return process.returncode, out.strip(), err.strip()


def _wheel(folder: Path, name: str) -> str:
    """Write a wheel with one empty module and return its SHA-256."""
    path = folder / f"{name}-1.0-py3-none-any.whl"
    info = f"{name}-1.0.dist-info"
    files = {
        f"{name}.py": b"",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n".encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(
        f"{file},sha256={base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b'=').decode()},{len(data)}\n"
        for file, data in files.items()
    )
    with zipfile.ZipFile(path, "w") as archive:
        for file, data in files.items():
            archive.writestr(zipfile.ZipInfo(file), data)
        archive.writestr(zipfile.ZipInfo(f"{info}/RECORD"), record + f"{info}/RECORD,,\n")
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path / "a project")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = Project(tmp_path_factory.mktemp("launcher") / "built")
    status, out, err = project.call("first", "two words")
    assert (status, out) == (0, "arguments ['first', 'two words'] packages ['acorn']")
    assert "Preparing .venv" in err
    assert ".venv is ready." in err
    return project


def test_the_second_call_is_quiet_and_hands_over_the_exit_status(built: Project) -> None:
    assert built.call("again", "fail") == (7, "arguments ['again', 'fail'] packages ['acorn']", "")


def test_a_link_to_the_launcher_finds_its_project(built: Project, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(built.root / "ansinh")
    done = subprocess.run([tmp_path / "link", "x"], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout.strip() == "arguments ['x'] packages ['acorn']"


def test_a_changed_lock_adds_and_removes_packages(project: Project) -> None:
    project.lock("acorn")
    project.call()
    project.lock("beech")
    _, out, err = project.call()
    assert out.endswith("packages ['beech']")
    assert "runtime.lock has changed" in err


def test_two_calls_at_once_build_one_environment(project: Project) -> None:
    both = [project.start(str(number)) for number in range(2)]
    answers = [process.communicate(timeout=120) for process in both]
    assert [out.strip() for out, _ in answers] == [f"arguments ['{n}'] packages ['acorn']" for n in range(2)]
    assert sum(err.count("Preparing") for _, err in answers) == 1
    assert sum("waiting for it" in err for _, err in answers) == 1


def test_a_build_that_was_killed_is_built_again(project: Project) -> None:
    process = project.start()
    deadline = time.monotonic() + 60
    while not (project.root / ".venv" / "pyvenv.cfg").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert not (project.root / ".venv" / "complete").exists()
    status, out, _ = project.call()
    assert (status, out) == (0, "arguments [] packages ['acorn']")


def test_a_moved_project_is_built_anew(project: Project) -> None:
    project.call()
    moved = project.root.with_name("moved")
    project.root.rename(moved)
    project.root = moved
    project.environment["PIP_FIND_LINKS"] = (moved / "wheels").as_uri()
    _, out, err = project.call()
    assert out == "arguments [] packages ['acorn']"
    assert "Preparing .venv" in err


def test_a_package_that_differs_from_the_lock_is_refused(project: Project) -> None:
    lock = project.root / "requirements" / "runtime.lock"
    lock.write_text(f"acorn==1.0 --hash=sha256:{'0' * 64}\n")
    status, out, err = project.call()
    assert (status, out) == (1, "")
    assert "pip could not install the packages: ERROR: " in err
    assert "Next: " in err
    assert "Traceback" not in err


def _interpreter(folder: Path, name: str, script: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def test_without_a_fitting_python_it_says_which_it_needs(project: Project, tmp_path: Path) -> None:
    tools = tmp_path / "bin"
    _interpreter(tools, "python3", "exit 1")
    for tool in ("dirname", "cat", "cmp", "readlink"):
        (tools / tool).symlink_to(str(shutil.which(tool)))
    status, out, err = project.call(PATH=str(tools))
    assert (status, out) == (1, "")
    assert err.splitlines()[0] == "An Sinh needs Python 3.11, 3.12 or 3.13, and none is on the PATH."
    assert err.splitlines()[1].startswith("Next: ")


def test_a_newer_or_older_python3_is_passed_over(project: Project, tmp_path: Path) -> None:
    _interpreter(tmp_path / "bin", "python3", "exit 1")
    _interpreter(tmp_path / "bin", "python3.13", "exit 127")
    _interpreter(tmp_path / "bin", "python3.12", f'exec "{Path(sys.executable).resolve()}" "$@"')
    status, out, _ = project.call(PATH=f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    assert (status, out) == (0, "arguments [] packages ['acorn']")
