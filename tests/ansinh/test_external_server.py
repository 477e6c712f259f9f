"""A plain PostgreSQL instead of the embedded one, set up by an administrator who is no superuser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from ansinh import database, status
from ansinh.database import Role
from ansinh.errors import AnsinhError
from ansinh.settings import get_settings
from tests.ansinh.debian import newest_binaries, running_server


@pytest.fixture(scope="module")
def external(home: Path) -> Iterator[str]:
    binaries = newest_binaries()
    if binaries is None:
        pytest.skip("the operating system has no PostgreSQL")
    with running_server(binaries) as url, pytest.MonkeyPatch.context() as patch:
        patch.setenv("ANSINH_DATABASE_URL", url)
        get_settings.cache_clear()
        yield url
    get_settings.cache_clear()


def test_the_warehouse_is_set_up_there_and_can_be_again(external: str) -> None:
    database.bootstrap()
    database.bootstrap()
    assert status.read() == {"batches": [], "gates": [], "release": None}


def test_stages_hand_over_and_bi_stays_outside(external: str) -> None:
    database.bootstrap()
    with database.connect(Role.LOADER) as connection:
        assert connection.info.server_version < 180000  # not the embedded one
        connection.execute("create table raw.probe (n int)")
    with database.connect(Role.TRANSFORMER) as connection:
        connection.execute("create table bi.probe as select n from raw.probe")
    with database.connect(Role.BI) as connection:
        connection.execute("select * from bi.probe")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("select * from raw.probe")


def test_no_role_comes_in_without_its_password(external: str) -> None:
    database.bootstrap()
    url = external.replace("manager@", "ansinh_loader:wrong@")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url)


def test_another_database_on_the_server_can_be_made(external: str) -> None:
    with psycopg.connect(external) as connection:
        database.ensure_role(connection, "reader", "a password")
    database.ensure_database("registry_probe", owner="reader")
    database.ensure_database("registry_probe", owner="reader")
    with psycopg.connect(external.replace("/ansinh", "/registry_probe")) as connection:
        assert connection.info.dbname == "registry_probe"


def test_an_administrator_without_rights_is_told_which(external: str, monkeypatch: pytest.MonkeyPatch) -> None:
    database.bootstrap()
    url = database.role_url(Role.TRANSFORMER).set(drivername="postgresql")
    monkeypatch.setenv("ANSINH_DATABASE_URL", url.render_as_string(hide_password=False))
    get_settings.cache_clear()
    try:
        with pytest.raises(AnsinhError, match="ansinh_transformer may not set up the database ansinh"):
            database.bootstrap()
    finally:
        monkeypatch.undo()
        get_settings.cache_clear()
