"""Addresses of registries: from one URI, with nothing secret in what is shown."""

from __future__ import annotations

import pytest

from ansinh.errors import AnsinhError
from connectors.settings import RegistrySettings


def test_options_and_credentials_leave_the_address() -> None:
    settings = RegistrySettings.from_uri(
        "tax", "https://client:p%40ss@tax.example.vn:8443/api?page_size=200&timeout=7.5"
    )
    assert settings.address == "https://tax.example.vn:8443/api"
    assert (settings.username, settings.password) == ("client", "p@ss")
    assert (settings.page_size, settings.timeout) == (200, 7.5)
    assert "p@ss" not in repr(settings)
    assert "client" not in repr(settings)


def test_options_of_the_driver_stay() -> None:
    settings = RegistrySettings.from_uri("vss", "postgresql://u:p@db/ledger?sslmode=require&overlap_days=3")
    assert settings.uri == "postgresql+psycopg://u:p@db/ledger?sslmode=require"
    assert settings.overlap_days == 3


@pytest.mark.parametrize(
    "uri", ["file:///srv/outbox", "sqlite:////srv/ledger.db", "s3://bucket/outbox", "sftp://u:p%2Fq@host:22/outbox"]
)
def test_an_address_survives(uri: str) -> None:
    assert RegistrySettings.from_uri("health", uri).uri == uri


def test_airflow_connections_are_understood() -> None:
    extra = "__extra__=%7B%22page_size%22%3A%2010%7D"
    assert RegistrySettings.from_uri("tax", f"http://a:b@host:99/https?{extra}").address == "https://host:99"
    assert RegistrySettings.from_uri("tax", f"http://a:b@host:99/?{extra}").page_size == 10
    assert RegistrySettings.from_uri("vss", "postgres://a:b@host/db").uri.startswith("postgresql+psycopg://")


def test_from_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANSINH_REGISTRY_TAX", "https://tax.example.vn")
    assert RegistrySettings.from_environment("tax").address == "https://tax.example.vn"
    monkeypatch.delenv("ANSINH_REGISTRY_TAX")
    with pytest.raises(AnsinhError, match="ANSINH_REGISTRY_TAX"):
        RegistrySettings.from_environment("tax")


@pytest.mark.parametrize("uri", ["tax.example.vn", "https://tax.example.vn?page_size=many"])
def test_a_bad_address_is_named(uri: str) -> None:
    with pytest.raises(AnsinhError, match="tax"):
        RegistrySettings.from_uri("tax", uri)
