"""Least privilege: what each role reads and writes, tried with the role's own connection."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from ansinh import database
from ansinh.database import Role
from ansinh.errors import AnsinhError
from ansinh.settings import get_settings

SCHEMAS = (
    "ingest", "raw", "quarantine", "staging", "identity", "warehouse", "indicators", "bi", "quality", "release",
)  # fmt: skip
OWNER = {
    "ingest": Role.LOADER,
    "raw": Role.LOADER,
    "quarantine": Role.LOADER,
    "quality": Role.CHECKER,
    "release": Role.PUBLISHER,
} | dict.fromkeys(("staging", "identity", "warehouse", "indicators", "bi"), Role.TRANSFORMER)
READS = {
    Role.LOADER: {"ingest", "raw", "quarantine"},
    Role.TRANSFORMER: {"ingest", "raw", "staging", "identity", "warehouse", "indicators", "bi"},
    Role.CHECKER: set(SCHEMAS) - {"release"},
    Role.PUBLISHER: {"ingest", "indicators", "bi", "quality", "release"},
    Role.STEWARD: {"ingest", "quarantine", "staging", "identity", "quality"},
    Role.BI: {"bi"},
}
WRITES = {role: {schema for schema, owner in OWNER.items() if owner is role} for role in Role}


@pytest.fixture(scope="module")
def probes(warehouse: Path) -> Iterator[None]:
    """A table `probe` in each schema, made by the schema's owner after the bootstrap, as the stages make theirs."""
    for schema, owner in OWNER.items():
        with database.connect(owner) as connection:
            connection.execute(f"create table {schema}.probe (n int)")
            if schema == "release":
                continue
            connection.execute(f"create view {schema}.probe_view as select n from {schema}.probe")
    yield
    for schema, owner in OWNER.items():
        with database.connect(owner) as connection:
            connection.execute(f"drop table {schema}.probe cascade")


def _may(role: Role, statement: str) -> bool:
    with database.connect(role) as connection:
        try:
            connection.execute(statement)
        except psycopg.errors.InsufficientPrivilege:
            return False
        finally:
            connection.rollback()
    return True


# Tables of the ledgers exist when the bootstrap grants on them; tables of the stages come later, by default grants.
@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("schema", ["raw", "staging", "identity", "warehouse", "indicators", "bi"])
def test_a_role_reads_its_stages_and_no_other(probes: None, role: Role, schema: str) -> None:
    expected = schema in READS[role]
    assert _may(role, f"select * from {schema}.probe") is expected
    assert _may(role, f"select * from {schema}.probe_view") is expected


LEDGERS = [
    "ingest.batch", "ingest.revision", "quarantine.row", "quarantine.correction", "quality.gate_result",
    "quality.expectation_result", "release.release", "release.state",
]  # fmt: skip


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("table", LEDGERS)
def test_a_role_reads_its_ledgers_and_no_other(warehouse: Path, role: Role, table: str) -> None:
    assert _may(role, f"select * from {table}") is (table.split(".")[0] in READS[role])


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("schema", SCHEMAS)
def test_only_the_owner_of_a_stage_writes_there(probes: None, role: Role, schema: str) -> None:
    expected = schema in WRITES[role]
    assert _may(role, f"insert into {schema}.probe values (1)") is expected
    assert _may(role, f"drop table {schema}.probe cascade") is expected
    assert _may(role, f"create table {schema}.intruder (n int)") is expected


@pytest.mark.parametrize("role", Role)
def test_no_role_rules_the_server(warehouse: Path, role: Role) -> None:
    assert not _may(role, "create role intruder")
    assert not _may(role, "create table public.intruder (n int)")
    assert not _may(role, "select * from pg_authid")
    assert not _may(role, "copy (select 1) to program 'true'")
    with database.connect(role) as connection:
        row = connection.execute("select rolsuper, rolcreaterole, rolcreatedb from pg_roles where rolname = user")
        assert row.fetchone() == (False, False, False)


def test_the_bootstrap_can_run_again_and_twice_at_once(warehouse: Path) -> None:
    with ThreadPoolExecutor() as pool:
        for done in [pool.submit(database.bootstrap) for _ in range(3)]:
            done.result()


def test_an_unreachable_server_is_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANSINH_DATABASE_URL", "postgresql://someone:secret@127.0.0.1:1/nowhere")
    get_settings.cache_clear()
    try:
        with pytest.raises(AnsinhError, match="Cannot connect to the database nowhere") as caught:
            database.connect(Role.BI)
        assert "secret" not in str(caught.value)
    finally:
        monkeypatch.undo()
        get_settings.cache_clear()
