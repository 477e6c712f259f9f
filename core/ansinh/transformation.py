"""The transformations: the dbt project and the linkage, run in this process, one layer at a time."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import logging
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ansinh.database import Role, connect, role_url
from ansinh.errors import AnsinhError
from ansinh.settings import PROJECT_ROOT, get_settings

if TYPE_CHECKING:
    from dbt.artifacts.schemas.results import NodeResult
    from dbt.cli.main import dbtRunnerResult

_log = logging.getLogger(__name__)

PROJECT = PROJECT_ROOT / "dbt_project"
LAYERS = {
    "staging": ("path:models/staging",),
    "identity": ("path:models/identity/record.sql",),
    "linkage": (),
    "warehouse": ("path:models/identity/persons", "path:models/warehouse"),
    "indicators": ("path:models/indicators",),
    "bi": ("path:models/bi",),
}
"""What dbt builds of each layer, in building order; the linkage has a room of its own."""


def build(layers: Sequence[str] = tuple(LAYERS), *, full_refresh: bool = False) -> None:
    """Build layers one after another, without their gates.

    Raises:
        AnsinhError: a model failed; the message names it and the reason.
    """
    for name in layers:
        layer(name, full_refresh=full_refresh)


def layer(name: str, *, full_refresh: bool = False) -> None:
    """Build one layer: `staging` (with the seeds), `identity`, `linkage`, `warehouse` (with its persons) and so on.

    Only what the batches in work touch is done again. Which batches those are is decided when `staging` is built; the
    caller marks them in `ingest.consumption` when the last layer is done (see `ansinh.ledger`).

    Args:
        name: the layer.
        full_refresh: build incremental models anew from `raw` and judge every link anew; person keys stay.

    Raises:
        AnsinhError: there is no such layer, another build runs, or a model failed.
    """
    if name not in LAYERS:
        raise AnsinhError(f"There is no layer '{name}'.", f"Name one of {', '.join(LAYERS)}.")
    refresh = ["--full-refresh"] if full_refresh else []
    with _alone():
        if name == "staging":
            _create_sources()
            _load_seeds()
        if name == "linkage":
            from linkage import run

            run.run(full=full_refresh)
            return
        dbt("run", "--select", *LAYERS[name], *refresh)


def dbt(*arguments: str) -> None:
    """Run a dbt command on the project, as the role `ansinh_transformer`.

    Raises:
        AnsinhError: dbt failed; the message names the first node that failed and why.
    """
    from dbt.cli.main import dbtRunner

    folder = get_settings().home / "dbt"
    with _environment():
        outcome = dbtRunner(callbacks=[_report]).invoke(
            [
                *arguments, "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT),
                "--target-path", str(folder / "target"), "--log-path", str(folder / "logs"),
                "--log-level", "none", "--no-version-check", "--no-send-anonymous-usage-stats",
            ]
        )  # fmt: skip
    if not outcome.success:
        raise _failure(arguments[0], outcome, folder / "logs" / "dbt.log")


def environment() -> dict[str, str]:
    """Return the environment that the project's profile reads, for dbt's own commands."""
    url = role_url(Role.TRANSFORMER)
    return {
        "ANSINH_DBT_HOST": url.host or "",
        "ANSINH_DBT_PORT": str(url.port or 5432),
        "ANSINH_DBT_DATABASE": url.database or "",
        "ANSINH_DBT_USER": url.username or "",
        "ANSINH_DBT_PASSWORD": str(url.password or ""),
    }


def _create_sources() -> None:
    """Create the tables that dbt reads where they are missing: a registry that has not delivered counts as empty."""
    from connectors.contract import registries
    from connectors.loading import create_tables
    from linkage import store

    with connect(Role.LOADER) as connection:
        for registry in registries():
            create_tables(connection, registry)
    store.create_tables()


def _load_seeds() -> None:
    """Load the seeds when a file changed since they were loaded, or a table is missing in this database."""
    files = sorted((PROJECT / "seeds").glob("*.*"))
    digest = hashlib.sha256(b"\0".join(path.name.encode() + path.read_bytes() for path in files)).hexdigest()
    state = get_settings().home / "dbt" / "seeds"
    names = [path.stem for path in files if path.suffix == ".csv"]
    with connect(Role.TRANSFORMER) as connection:
        row = connection.execute(
            """select count(*) from pg_tables
            where schemaname in ('identity', 'warehouse', 'indicators') and tablename = any(%s)""",
            [names],
        ).fetchone()
    if row == (len(names),) and state.exists() and state.read_text() == digest:
        return
    dbt("seed", "--full-refresh")
    state.write_text(digest)


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Let one build run at a time; the lock goes with the process."""
    folder = get_settings().home / "dbt"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AnsinhError("Another build is running.", "Wait until it is done, then build again.") from None
        yield


@contextlib.contextmanager
def _environment() -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(environment())
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _report(event: Any) -> None:
    """Log each finished model with its seconds; dbt's own log keeps the rest."""
    if event.info.name in ("LogModelResult", "LogSeedResult"):
        node = event.data.node_info
        _log.info("%s: %s in %.1f s", node.node_relation.relation_name, event.data.status, event.data.execution_time)


def _failure(command: str, outcome: dbtRunnerResult, log: Path) -> AnsinhError:
    failed: list[NodeResult] = [r for r in getattr(outcome.result, "results", []) if r.status in ("error", "fail")]
    next_step = f"Correct the cause and build again; the details are in {log}."
    if not failed:
        return AnsinhError(f"dbt {command} failed: {' '.join(str(outcome.exception).split())}", next_step)
    first = failed[0]
    others = f" ({len(failed) - 1} more failed)" if len(failed) > 1 else ""
    reason = " ".join(str(first.message).split())
    return AnsinhError(f"dbt {command} failed at {first.node.name}{others}: {reason}", next_step)
