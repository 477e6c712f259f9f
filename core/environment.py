"""Build a tool environment from its lock: `python3 core/environment.py runtime|lint`. Standard library only.

The environment's file `complete` repeats the project's folder and the lock; it is written last, so an environment
without it, or with another text, is built again. Any number of calls at once end with one environment.
"""

from __future__ import annotations

import fcntl
import importlib.util
import os
import re
import subprocess
import sys
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = {"runtime": ".venv", "lint": ".venv-lint"}
_STEP = re.compile(rb"^(Collecting|Processing|Requirement already satisfied:|Ignoring|Installing collected)")
_INSTALLED = """
import importlib.metadata as m, re
print(*{re.sub("[-_.]+", "-", d.name).lower() for d in m.distributions()}, sep="\\n")
"""


def ensure(name: str) -> Path:
    """Return the environment's Python, after building or renewing the environment where it is not complete.

    Raises:
        SystemExit: the environment cannot be built; the message says why and what to do.
    """
    folder, lock = ROOT / FOLDERS[name], ROOT / "requirements" / f"{name}.lock"
    python = folder / "bin" / "python"
    if _complete(folder, lock):
        return python
    with _alone(folder):
        if not _complete(folder, lock):
            _build(folder, lock, python)
    return python


def _complete(folder: Path, lock: Path) -> bool:
    record = folder / "complete"
    return (folder / "bin" / "python").exists() and record.exists() and record.read_text() == _record(lock)


def _record(lock: Path) -> str:
    return f"{ROOT}\n{lock.read_text()}"


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the environment's lock; the kernel lets go of it when the process ends, however it ends."""
    with folder.with_name(f"{folder.name}.lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _say(f"Another call is building {folder.name}; waiting for it.")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _build(folder: Path, lock: Path, python: Path) -> None:
    record = folder / "complete"
    # A changed lock renews a complete environment in place; a half-built or moved one is made anew.
    renew = python.exists() and record.exists() and record.read_text().startswith(f"{ROOT}\n")
    record.unlink(missing_ok=True)
    if not renew:
        if importlib.util.find_spec("ensurepip") is None:
            version = f"{sys.version_info.major}.{sys.version_info.minor}"
            raise SystemExit(
                f"Python {version} has no venv module.\n"
                f"Next: install it (on Debian or Ubuntu: apt install python{version}-venv) and run this command again."
            )
        _say(f"Preparing {folder.name}, once: this takes a few minutes.")
        venv.create(folder, clear=True, with_pip=True)
    else:
        _say(f"{lock.name} has changed; bringing {folder.name} up to date.")
    _install(python, lock)
    _remove_strangers(python, lock)
    _run(python, "-m", "compileall", "-q", "-j", "0", str(_site_packages(folder)), check=False)
    # Relative to site-packages: the project's root and core/, from where the packages are imported.
    (_site_packages(folder) / "ansinh.pth").write_text("../../../..\n../../../../core\n")
    scratch = record.with_suffix(".new")
    scratch.write_text(_record(lock))
    scratch.replace(record)
    _say(f"{folder.name} is ready.")


def _install(python: Path, lock: Path) -> None:
    """Install what the lock names, with the user's own pip settings, and show how far it is."""
    command: list[str | Path] = [
        python, "-m", "pip", "install", "--no-deps", "--require-hashes", "--no-compile", "--progress-bar", "off",
        "--disable-pip-version-check", "-r", lock,
    ]  # fmt: skip
    total = len(_pinned(lock))
    log = lock.parent.parent / f"{python.parents[1].name}.log"
    seen = 0
    with log.open("wb") as output, subprocess.Popen(command, stdout=subprocess.PIPE, stderr=output) as pip:
        assert pip.stdout is not None
        for line in pip.stdout:
            output.write(line)
            output.flush()
            if not (step := _STEP.match(line)):
                continue
            if step[1].startswith(b"Installing"):
                _say("Unpacking the packages.")
                continue
            seen += 1
            if seen % max(total // 5, 1) == 0:
                _say(f"Fetched {seen} of {total} packages.")
    if pip.returncode:
        errors = [line for line in log.read_text(errors="replace").splitlines() if line.startswith("ERROR")]
        raise SystemExit(
            f"pip could not install the packages: {' '.join(errors[:1]) or 'no reason given.'}\n"
            f"Next: check the network and pip's settings (pip config list), see {log}, and run this command again."
        )
    log.unlink()


def _remove_strangers(python: Path, lock: Path) -> None:
    """Uninstall what an earlier lock named and this one does not."""
    installed = set(_run(python, "-c", _INSTALLED).split())
    strangers = sorted(installed - _pinned(lock) - {"pip", "setuptools"})
    if strangers:
        _run(python, "-m", "pip", "uninstall", "--yes", "--quiet", *strangers)


def _pinned(lock: Path) -> set[str]:
    names = re.findall(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==", lock.read_text(), re.MULTILINE)
    return {re.sub("[-_.]+", "-", name).lower() for name in names}


def _site_packages(folder: Path) -> Path:
    return next((folder / "lib").glob("python3.*/site-packages"))


def _run(python: Path, *arguments: str, check: bool = True) -> str:
    return subprocess.run([python, *arguments], stdout=subprocess.PIPE, text=True, check=check).stdout


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    # A pip setting of the surrounding shell must not lead into another environment.
    os.environ.pop("PYTHONPATH", None)
    try:
        ensure(sys.argv[1])
    except KeyboardInterrupt:
        raise SystemExit("Interrupted. Next: run the same command again; it starts over.") from None
