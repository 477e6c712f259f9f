"""The tree is clean under its own tools, and holds nothing that belongs to one machine."""

from __future__ import annotations

import importlib.metadata
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import environment
from ansinh.settings import PROJECT_ROOT

PACKAGES = ("connectors", "expectations", "linkage", "publication", "sandbox", "bench")
PROGRAMS = ("core/ansinh", "core/environment.py")

# A package's licence must allow use in an Apache-2.0 work; the lesser GPL does for a library that is only imported.
_STRICT = re.compile(r"\b(A?GPL|(Affero )?General Public License)", re.IGNORECASE)
_LESSER = re.compile(r"LGPL|(Lesser|Library) General Public", re.IGNORECASE)
# Offered under a second licence of the user's choice, which its metadata lists beside the GPL.
_ALTERNATIVE = re.compile(r"Artistic License|MIT|BSD|Apache", re.IGNORECASE)

_MACHINE = re.compile(
    r"(?<![\w.$}/])/(home|root|work|Users|private)/\w"  # somebody's folder
    r"|/\.(pyenv|cargo|local)/"
    r"|--(extra-)?index-url|--find-links|pypi\.org/simple|files\.pythonhosted\.org|registry\s*=\s*\"https?:"
    r"|file:///(opt|tmp|home|root)\b"
)


def _run(*command: str | Path, **variables: str) -> None:
    done = subprocess.run(
        command, cwd=PROJECT_ROOT, capture_output=True, text=True, check=False, env=os.environ | variables
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


def _existing(*names: str) -> list[str]:
    return [name for name in names if (PROJECT_ROOT / name).exists()]


def _committed() -> Iterator[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=PROJECT_ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if listed.returncode:
        pytest.skip("not a git checkout")
    for name in sorted(set(listed.stdout.split("\0")) - {""}):
        path = PROJECT_ROOT / name
        if path.is_file():
            yield path


def test_ruff_finds_nothing() -> None:
    _run(sys.executable, "-m", "ruff", "check", "--output-format", "concise", ".")


def test_ruff_would_change_nothing() -> None:
    _run(sys.executable, "-m", "ruff", "format", "--check", "--quiet", ".")


@pytest.mark.slow
def test_mypy_strict_finds_nothing() -> None:
    _run(sys.executable, "-m", "mypy", *_existing(*PROGRAMS, *PACKAGES))


@pytest.mark.slow
def test_mypy_strict_finds_nothing_in_the_dags() -> None:
    # A run of its own: Airflow puts the folder itself on the path, so its modules are top-level there.
    files = sorted(str(path.relative_to(PROJECT_ROOT)) for path in (PROJECT_ROOT / "dags").glob("*.py"))
    _run(sys.executable, "-m", "mypy", *files, MYPYPATH="dags:core:.")


@pytest.mark.slow
def test_sqlfluff_finds_nothing() -> None:
    python = environment.ensure("lint")
    folders = _existing("dbt_project/models", "dbt_project/tests", "linkage/sql")
    _run(python, "-m", "sqlfluff", "lint", "--processes", "2", *folders)


def test_no_dependency_is_under_the_gpl() -> None:
    bound = []
    for package in importlib.metadata.distributions():
        metadata = package.metadata
        named = [metadata.get("License-Expression") or (metadata.get("License") or "").split("\n")[0]]
        named += [entry for entry in metadata.get_all("Classifier") or [] if entry.startswith("License ::")]
        strict = [name for name in named if _STRICT.search(name) and not _LESSER.search(name)]
        if strict and not any(_ALTERNATIVE.search(name) for name in named):
            bound.append(f"{package.name}: {', '.join(strict)}")
    assert not bound


@pytest.mark.parametrize("name", ["runtime", "lint", "docker"])
def test_a_lock_holds_versions_and_hashes_and_nothing_else(name: str) -> None:
    lines = (PROJECT_ROOT / "requirements" / f"{name}.lock").read_text().splitlines()
    pin = re.compile(r"[a-z0-9][a-z0-9.-]*==\S+( ; [^\\]+)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?")
    assert [line for line in lines if not pin.fullmatch(line)] == []


def test_no_committed_file_names_a_machine_or_an_index() -> None:
    found = []
    for path in _committed():
        if path == Path(__file__) or path.suffix in {".png", ".parquet", ".woff2", ".gz", ".zip"}:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            if match := _MACHINE.search(line):
                found.append(f"{path.relative_to(PROJECT_ROOT)}:{number}: {match[0]}")
    assert not found


def test_no_committed_file_is_large() -> None:
    assert [path.name for path in _committed() if path.stat().st_size > 2_000_000] == []
