"""An installation of its own for the tests: a home folder, an embedded server, an empty warehouse."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from ansinh import database, server
from ansinh.database import Role
from ansinh.settings import get_settings


@pytest.fixture(scope="session")
def home() -> Iterator[Path]:
    """A home folder that nothing else uses; its server, if one was started, is stopped at the end."""
    # Not pytest's own temporary folder: that is closed to the user under whom root runs the server.
    folder = Path(tempfile.mkdtemp(prefix="ansinh-test-"))
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("ANSINH_")]:
            patch.delenv(name)
        patch.setenv("ANSINH_HOME", str(folder))
        # Durability costs time and tests need none.
        patch.setenv("ANSINH_DURABLE", "false")
        get_settings.cache_clear()
        try:
            yield get_settings().home
        finally:
            server.stop()
            get_settings.cache_clear()
    get_settings.cache_clear()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def warehouse(home: Path) -> Path:
    """A warehouse that is set up: roles, schemas, ledgers. What earlier tests left in it is still there."""
    database.bootstrap()
    return home


@pytest.fixture
def empty_warehouse(warehouse: Path) -> Path:
    """A warehouse without batches, rows, results and landing files, for one test."""
    _clear()
    return warehouse


@pytest.fixture(scope="module")
def module_warehouse(warehouse: Path) -> Path:
    """A warehouse that is empty before the first test of a module."""
    _clear()
    return warehouse


def _clear() -> None:
    with _admin() as connection:
        connection.execute("truncate ingest.batch, ingest.cursor, ingest.file, quarantine.row cascade")
        connection.execute(
            "truncate quality.gate_result, quality.batch_profile, quality.validation, release.release cascade"
        )
        for schema, owner in {
            "raw": Role.LOADER,
            "staging": Role.TRANSFORMER,
            "identity": Role.TRANSFORMER,
            "warehouse": Role.TRANSFORMER,
            "indicators": Role.TRANSFORMER,
            "bi": Role.TRANSFORMER,
        }.items():
            connection.execute(f"drop schema {schema} cascade")
            connection.execute(f"create schema {schema} authorization {owner}")
    database.bootstrap()
    shutil.rmtree(get_settings().landing_dir, ignore_errors=True)


def _admin() -> psycopg.Connection:
    url = database.admin_url().set(drivername="postgresql")
    return psycopg.connect(url.render_as_string(hide_password=False))
