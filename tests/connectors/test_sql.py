"""Registries that are databases: the same rows from any of them, also when a connection is lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import polars as pl
import psycopg
import pytest
import sqlalchemy as sa

from ansinh import database
from ansinh.errors import AnsinhError
from connectors import sql
from connectors.contract import Contract, load_contract
from connectors.settings import RegistrySettings
from connectors.source import Window, open_source

JANUARY = Window.of("2025-01", first=True)


@pytest.fixture
def contract() -> Contract:
    return load_contract("labour", "contract")


@pytest.fixture
def labour(warehouse: Any, contract: Contract, rows: Any) -> Iterator[RegistrySettings]:
    """Labour contracts in PostgreSQL, 60 of them."""
    database.ensure_database("registry_labour_test")
    url = database.admin_url("registry_labour_test")
    columns = ", ".join(f"{field.name} {field.physical_type}" for field in contract.fields)
    with psycopg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False)) as connection:
        connection.execute("drop table if exists contract")
        connection.execute(f"create table contract ({columns})".encode())
        with connection.cursor().copy("copy contract from stdin (format csv)") as copy:
            copy.write(rows(contract, 60).write_csv(include_header=False).encode())
    yield RegistrySettings.from_uri("labour", url.render_as_string(hide_password=False) + "?backoff=0.01")


def change(settings: RegistrySettings, text: str) -> None:
    engine = sa.create_engine(settings.uri)
    with engine.begin() as connection:
        connection.execute(sa.text(text))
    engine.dispose()


def pull(settings: RegistrySettings, contract: Contract, window: Window = JANUARY) -> pl.DataFrame:
    with open_source(settings.name, settings) as source:
        return pl.concat([chunk.rows for chunk in source.extract([contract], window)], how="vertical_relaxed")


def test_pages_add_up_to_the_table(labour: RegistrySettings, contract: Contract) -> None:
    whole = pull(labour, contract, Window.of("2025-12", first=True))
    paged = pull(replace(labour, page_size=7), contract, Window.of("2025-12", first=True))
    assert whole.height == 60
    assert whole.equals(paged)
    assert whole["updated_at"].is_sorted()


def test_a_key_with_percent_and_quotes_is_paged_over(labour: RegistrySettings, contract: Contract) -> None:
    change(labour, "update contract set contract_id = '%s''\"%%' || contract_id, updated_at = '2025-01-05'")
    assert pull(replace(labour, page_size=7), contract).height == 60


def test_rows_of_one_time_and_key_stay_together_however_many(labour: RegistrySettings, contract: Contract) -> None:
    change(labour, "update contract set contract_id = 'same', updated_at = '2025-01-05' where contract_id > '1'")
    assert pull(replace(labour, page_size=7), contract).height == 60


def test_no_more_connections_are_used_than_allowed(
    labour: RegistrySettings, contract: Contract, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy, seen = sql._copy, set[int]()

    def counted(connection: sa.Connection, *arguments: Any) -> pl.DataFrame:
        seen.add(connection.connection.driver_connection.info.backend_pid)  # type: ignore[union-attr]
        return copy(connection, *arguments)

    monkeypatch.setattr(sql, "_copy", counted)
    pull(replace(labour, page_size=4, connections=2), contract)
    assert 1 <= len(seen) <= 2


def test_the_overlap_window_sees_rows_that_became_visible_late(labour: RegistrySettings, contract: Contract) -> None:
    change(labour, "update contract set updated_at = '2025-01-31 12:00'")
    february = Window.of("2025-02", first=False)
    assert pull(labour, contract, february).height == 60
    assert pull(replace(labour, overlap_days=0), contract, february).height == 0


def test_a_value_that_only_postgresql_knows_goes_to_the_contract_as_text(
    labour: RegistrySettings, contract: Contract
) -> None:
    change(
        labour, "update contract set end_date = 'infinity' where contract_id = (select min(contract_id) from contract)"
    )
    assert "infinity" in pull(labour, contract)["end_date"].to_list()


def test_a_lost_connection_costs_one_page(
    labour: RegistrySettings, contract: Contract, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy, calls = sql._copy, []

    def break_off(connection: sa.Connection, *arguments: Any) -> pl.DataFrame:
        calls.append(1)
        if len(calls) == 3:
            pid = connection.connection.driver_connection.info.backend_pid  # type: ignore[union-attr]
            change(labour, f"select pg_terminate_backend({pid})")
        return copy(connection, *arguments)

    monkeypatch.setattr(sql, "_copy", break_off)
    rows = pull(replace(labour, page_size=10), contract, Window.of("2025-12", first=True))
    assert rows["contract_id"].n_unique() == rows.height == 60
    assert len(calls) == 8


def test_a_database_that_is_down_is_reported_after_patience(contract: Contract) -> None:
    address = "postgresql://u:hidden@127.0.0.1:9/registry?retries=2&backoff=0.01&connect_timeout=1"
    with pytest.raises(AnsinhError, match="in 2 attempts") as caught:
        pull(RegistrySettings.from_uri("labour", address), contract)
    assert "hidden" not in str(caught.value)


def test_dialects_without_row_values_get_plain_comparisons() -> None:
    columns = [sa.column("a", sa.Integer), sa.column("b", sa.Integer)]
    condition = sql._beyond(columns, (1, 2), "mssql")  # type: ignore[arg-type]
    text = str(condition.compile(compile_kwargs={"literal_binds": True}))
    assert text == "a >= 1 AND (a > 1 OR a = 1 AND b > 2)"
