"""A plain PostgreSQL of the operating system, to stand for a server of one's own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg


def newest_binaries() -> Path | None:
    """Return the folder of the newest installed server, or None."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


@contextmanager
def running_server(binaries: Path) -> Iterator[str]:
    """Yield the URL of an administrator who owns the database `ansinh` and is no superuser."""
    folder = Path(tempfile.mkdtemp(prefix="ansinh-debian-"))
    user = "nobody" if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    def do(command: str, *arguments: str) -> None:
        with (Path(tempfile.gettempdir()) / f"{folder.name}.log").open("wb") as output:
            subprocess.run(
                [binaries / command, *arguments, "-D", folder / "data"],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, user=user, cwd="/", check=True,
            )  # fmt: skip

    do("initdb", "--auth=trust", "--username=super", "--encoding=utf8", "--locale=C.UTF-8", "--no-sync")
    options = f"-c port={port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
    do("pg_ctl", "start", "-w", "-o", options)
    try:
        with psycopg.connect(f"postgresql://super@127.0.0.1:{port}/postgres", autocommit=True) as connection:
            connection.execute("create role manager login createrole createdb")
            connection.execute("create database ansinh owner manager")
        # Trust is for the two above; our roles must come with their passwords.
        (folder / "data" / "pg_hba.conf").write_text(
            "host all super,manager 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n"
        )
        do("pg_ctl", "reload")
        yield f"postgresql://manager@127.0.0.1:{port}/ansinh"
    finally:
        do("pg_ctl", "stop", "-m", "immediate")
        shutil.rmtree(folder, ignore_errors=True)
        (Path(tempfile.gettempdir()) / f"{folder.name}.log").unlink(missing_ok=True)
