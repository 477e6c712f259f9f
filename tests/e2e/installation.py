"""An installation driven through the launcher, as its users do, and looked at from outside."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest

from ansinh import database
from ansinh.settings import PROJECT_ROOT, get_settings

_TABLES = """
select c.oid::regclass::text, n.nspname, c.oid
from pg_class as c
inner join pg_namespace as n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'v', 'm') and not c.relispartition
    and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
order by 1
"""


@dataclass(frozen=True)
class Installation:
    """A state folder of its own."""

    home: Path

    def call(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run `./ansinh` with the arguments."""
        return subprocess.run(
            [PROJECT_ROOT / "ansinh", *arguments],
            env=os.environ | variables, cwd=self.home, capture_output=True, text=True, timeout=600, check=False,
        )  # fmt: skip

    def json(self, *arguments: str) -> Any:
        """Return what `./ansinh ... --json` prints."""
        done = self.call(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def query(self, statement: str, name: str | None = None) -> list[tuple[Any, ...]]:
        """Return the rows of a query as the administrator, in the warehouse or another database of the server."""
        url = database.admin_url(name).set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(url) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def tables(self) -> list[tuple[str, str, int]]:
        """Return every table and view of the warehouse: quoted name, schema, oid."""
        return self.query(_TABLES)

    def loaded_at(self) -> dict[str, dt.datetime]:
        """Return when each batch was last loaded into `raw`."""
        return dict(self.query("select batch_id, loaded_at from ingest.batch"))

    def processes(self) -> list[str]:
        """Return every process that names the folder in its command or its environment, but our own."""
        found, own = [], psutil.Process()
        ours = {own.pid, *(child.pid for child in own.children(recursive=True))}
        for process in psutil.process_iter():
            try:
                place = [*process.cmdline(), *process.environ().values()]
            except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
                continue
            if process.pid not in ours and any(str(self.home) in text for text in place):
                found.append(" ".join(process.cmdline()))
        return found


@contextmanager
def installed(**variables: str) -> Iterator[Installation]:
    """Yield an empty installation, in the environment of this process too; it is stopped and removed at the end."""
    # Not pytest's own temporary folder: that is closed to the user under whom root runs the server.
    home = Path(tempfile.mkdtemp(prefix="ansinh-e2e-"))
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("ANSINH_")]:
            patch.delenv(name)
        # Durability costs time and tests need none.
        for name, value in {"ANSINH_HOME": str(home), "ANSINH_DURABLE": "false", **variables}.items():
            patch.setenv(name, value)
        get_settings.cache_clear()
        system = Installation(home)
        try:
            yield system
        finally:
            system.call("down")
    get_settings.cache_clear()
    shutil.rmtree(home, ignore_errors=True)
