"""Starting and stopping everything: servers, databases, files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import polars as pl
import psutil
import pytest
import sqlalchemy as sa
from polars.testing import assert_frame_equal

from ansinh.errors import AnsinhError
from connectors.contract import Contract, all_contracts
from sandbox import serve

SQL_CONTRACTS = [contract for contract in all_contracts() if contract.transport == "sql"]


@pytest.fixture(scope="module")
def environment(country: Path, warehouse: Path) -> Iterator[dict[str, str]]:
    yield serve.start(country)
    serve.stop()


def read(address: str, statement: str) -> list[tuple[object, ...]]:
    engine = sa.create_engine(address)
    try:
        with engine.connect() as connection:
            return [tuple(row) for row in connection.execute(sa.text(statement))]
    finally:
        engine.dispose()


def servers(country: Path) -> list[psutil.Process]:
    wanted = {"sandbox.serving.server", str(country)}
    return [process for process in psutil.process_iter(["cmdline"]) if wanted <= set(process.info["cmdline"] or [])]


def test_every_registry_has_an_address(country: Path, environment: dict[str, str]) -> None:
    names = ["POPULATION", "TAX", "LABOUR", "HEALTH", "VSS", "REFERENCE"]
    assert set(environment) == {f"ANSINH_REGISTRY_{name}" for name in names}
    assert environment["ANSINH_REGISTRY_HEALTH"] == f"file://{country}/outbox"
    address = environment["ANSINH_REGISTRY_POPULATION"]
    assert httpx.get(address.replace("?", "/v1/person/changes?")).status_code == 401


@pytest.mark.parametrize("contract", SQL_CONTRACTS, ids=lambda contract: contract.name)
def test_a_database_holds_the_table(country: Path, environment: dict[str, str], contract: Contract) -> None:
    address = environment[f"ANSINH_REGISTRY_{contract.registry.upper()}"]
    names = ", ".join(field.name for field in contract.fields)
    rows = read(address, f"select {names} from {contract.dataset}")
    held = pl.DataFrame(rows, schema=contract.polars_schema(), orient="row")
    table = pl.read_parquet(country / "tables" / f"{contract.name}.parquet")
    assert_frame_equal(held, table, check_row_order=False)
    (index,) = read(address, f"select indexdef from pg_indexes where tablename = '{contract.dataset}'")
    assert f"(updated_at, {', '.join(contract.primary_key)})" in str(index[0])


def test_readers_cannot_write(environment: dict[str, str]) -> None:
    address = environment["ANSINH_REGISTRY_VSS"]
    for statement in (
        "delete from employer",
        "create table mine (n integer)",
        "set transaction read write; drop table survey",
    ):
        with pytest.raises(sa.exc.DBAPIError):
            read(address, statement)


def test_a_reader_sees_its_own_registry_only(environment: dict[str, str]) -> None:
    address = environment["ANSINH_REGISTRY_LABOUR"].replace("/registry_labour", "/registry_vss")
    with pytest.raises(sa.exc.OperationalError):
        read(address, "select 1")


@pytest.mark.parametrize("dataset", ["labour_force", "population"])
def test_reference_files_hold_the_table(country: Path, environment: dict[str, str], dataset: str) -> None:
    table = pl.read_parquet(country / "tables" / f"reference_{dataset}.parquet")
    path = Path(environment["ANSINH_REGISTRY_REFERENCE"].removeprefix("file://")) / f"{dataset}.csv"
    assert_frame_equal(pl.read_csv(path, schema=table.schema), table)


def test_a_second_start_renders_loads_and_starts_nothing(country: Path, environment: dict[str, str]) -> None:
    def state() -> object:
        files = {path: path.stat().st_mtime_ns for path in country.rglob("*")}
        names = "select relname, relfilenode from pg_class order by 1"
        tables = [read(environment[f"ANSINH_REGISTRY_{name}"], names) for name in ("LABOUR", "VSS")]
        return files, tables, [process.pid for process in servers(country)]

    before = state()
    assert serve.start(country) == environment
    assert state() == before


def test_only_what_changed_is_rendered_again(country: Path, environment: dict[str, str]) -> None:
    def stamps() -> dict[str, int]:
        return {path.name: path.stat().st_mtime_ns for path in country.rglob("*.fingerprint")}

    before, pids = stamps(), [process.pid for process in servers(country)]
    (country / "tables" / "tax_payer.parquet").touch()
    serve.start(country)
    assert {name for name, time in stamps().items() if before[name] != time} == {"tax.fingerprint"}
    assert [process.pid for process in servers(country)] != pids


def test_nothing_is_left_after_stop(country: Path, home: Path, environment: dict[str, str]) -> None:
    serve.stop()
    assert servers(country) == []
    assert not (home / "sandbox" / "server.pid").exists()
    serve.stop()
    serve.start(country)


def test_a_stale_pid_file_does_no_harm(country: Path, home: Path, environment: dict[str, str]) -> None:
    serve.stop()
    (home / "sandbox" / "server.pid").write_text("1\n0.0\nmark\n1\n2\n")
    serve.stop()
    assert psutil.pid_exists(1)
    (home / "sandbox" / "server.pid").write_text("1\n0.0\nmark\n1\n2\n")
    serve.start(country)
    assert len(servers(country)) == 1


def test_a_folder_without_a_country_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AnsinhError, match="no country"):
        serve.start(tmp_path)
