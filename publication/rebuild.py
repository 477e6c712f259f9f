"""A release made again from what was known then: its deliveries, corrections, decisions and settings, as recorded.

The landing files are loaded into a database of their own on the same server, by a process with a home folder of its own
(`publication.replay`); the figures that come out are written with the release's own number and time. Nothing of the
installation is changed.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from ansinh import database
from ansinh.database import Role, connect
from ansinh.errors import AnsinhError
from ansinh.settings import PROJECT_ROOT, get_settings, secret
from publication import basis, content, ledger, periods, revision, tables
from publication.basis import Basis

_log = logging.getLogger(__name__)

# Rows that were let in since the delivery of a revision was loaded.
_CORRECTIONS = """
    select row_number, correction
    from quarantine.correction
    where batch_id = %(batch_id)s and revision <= %(revision)s and revision > (
        select max(revision.revision)
        from ingest.revision
        where revision.batch_id = %(batch_id)s and revision.revision <= %(revision)s and not exists (
            select from quarantine.correction as let_in
            where let_in.batch_id = revision.batch_id and let_in.revision = revision.revision
        )
    )
    order by revision
"""
_DECISIONS = """
    select left_dataset, left_record, right_dataset, right_record, verdict, reason, decided_by, decided_at::text
    from identity.decision
    where decided_at <= %(at)s and (withdrawn_at is null or withdrawn_at > %(at)s)
    order by decision_id
"""


def rebuild(release_id: str, into: Path | None = None) -> dict[str, Any]:
    """Make a release again and compare every file with what was recorded.

    Args:
        release_id: the release.
        into: a folder that does not exist yet, to keep the files in; without it they are removed.

    Returns:
        `release_id`; `identical`, whether every file is the same byte for byte; `files` with `path`, `recorded` and
        `rebuilt` (SHA-256, null where there is none) and `identical`; `batches`, how many were loaded; `code_differs`,
        rooms whose source is not that of the release: only without any is a difference a fault.

    Raises:
        AnsinhError: there is no such release, a landing file is gone or was changed, the folder exists, or a step
            of the build failed.
    """
    if into is not None and into.exists():
        raise AnsinhError(f"{into} exists already.", "Name a new folder.")
    with connect(Role.PUBLISHER) as connection:
        release = ledger.find(connection, release_id)
        made_from = basis.of(connection, release_id)
        revisions = revision.of(connection, release_id)
        span = periods.parse(release.period)
        told = ledger.shown_and_hidden(connection, span.condition(), release.prepared_at)
        files = "select path, sha256 from release.file where release_id = %s"
        recorded: dict[str, str] = dict(connection.execute(files, [release_id]).fetchall())
    _require_landing(made_from)
    with _scratch() as (home, name):
        _replay(made_from, home, name)
        folder = home / release_id
        folder.mkdir()
        url = database.admin_url(name).set(username=Role.PUBLISHER.value, password=secret(Role.PUBLISHER.value))
        with psycopg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False)) as connection:
            found = content.read(connection, span, release.vintage, made_from.settings, told)
        content.write(release, found, made_from, revisions, folder)
        rebuilt = {path: tables.sha256(file) for path, file in content.files(folder).items()}
        if into is not None:
            shutil.move(folder, into)
    compared = [
        {"path": path, "recorded": recorded.get(path), "rebuilt": rebuilt.get(path),
         "identical": recorded.get(path) == rebuilt.get(path)}
        for path in sorted(recorded.keys() | rebuilt.keys())
    ]  # fmt: skip
    now = basis.code()
    return {
        "release_id": release_id,
        "identical": all(file["identical"] for file in compared),
        "batches": len(made_from.batches),
        "code_differs": [room for room, digest in made_from.code.items() if now.get(room) != digest],
        "files": compared,
    }


def _require_landing(made_from: Basis) -> None:
    for batch in made_from.batches:
        if batch.landing_path is None or batch.sha256 is None:
            raise AnsinhError(f"{batch.batch_id} did not come through the landing folder.", "It can't be loaded again.")
        if not ledger.intact(get_settings().landing_dir / batch.landing_path, batch.sha256):
            raise AnsinhError(
                f"The landing file of {batch.batch_id}, revision {batch.revision}, is gone or was changed.",
                f"Bring back {get_settings().landing_dir / batch.landing_path} from a backup.",
            )


@contextmanager
def _scratch() -> Iterator[tuple[Path, str]]:
    """Give a home folder and the name of a new database; both are removed afterwards."""
    home = Path(tempfile.mkdtemp(prefix="rebuild-", dir=get_settings().home))
    name = f"ansinh_rebuild_{os.getpid()}"
    database.ensure_database(name)
    try:
        yield home, name
    finally:
        database.drop_database(name)
        shutil.rmtree(home, ignore_errors=True)


def _replay(made_from: Basis, home: Path, name: str) -> None:
    """Load and build in a process of its own, because settings and dbt belong to a process."""
    others = {key: value for key, value in os.environ.items() if not key.startswith("ANSINH_")}
    secrets = {f"ANSINH_SECRET_{role.value.upper()}": secret(role.value) for role in Role}
    settings = {f"ANSINH_{key.upper()}": str(value) for key, value in made_from.settings.items()}
    url = database.admin_url(name).set(drivername="postgresql").render_as_string(hide_password=False)
    own = {
        "ANSINH_HOME": str(home), "ANSINH_DATABASE_URL": url, "ANSINH_LANDING": str(get_settings().landing_dir),
        "PYTHON_DOTENV_DISABLED": "1",
    }  # fmt: skip
    _log.info("Loading %d batches and building the figures of then.", len(made_from.batches))
    done = subprocess.run(
        [sys.executable, "-m", "publication.replay"], input=json.dumps(_inputs(made_from)), text=True,
        env=others | secrets | settings | own, cwd=PROJECT_ROOT, capture_output=True, check=False,
    )  # fmt: skip
    if done.returncode:
        reason = done.stderr.strip().splitlines()[-1:] or ["no reason was given"]
        raise AnsinhError(f"The figures could not be built again: {reason[0]}", "Correct the cause, then try again.")


def _inputs(made_from: Basis) -> dict[str, Any]:
    """Return batches with the rows that were let in, and decisions; handed over by a pipe, since they name persons."""
    with connect(Role.LOADER) as connection, connection.cursor(row_factory=dict_row) as cursor:
        batches = [
            {**vars(batch), "corrections": cursor.execute(_CORRECTIONS, vars(batch)).fetchall()}
            for batch in made_from.batches
        ]
    if made_from.linked_at is None:
        return {"batches": batches, "decisions": []}
    with connect(Role.TRANSFORMER) as connection, connection.cursor(row_factory=dict_row) as cursor:
        decisions = cursor.execute(_DECISIONS, {"at": made_from.linked_at}).fetchall()
    return {"batches": batches, "decisions": decisions}
