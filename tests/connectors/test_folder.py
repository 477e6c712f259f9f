"""Folders over SFTP: who is trusted, what is told when a server refuses, what becomes of a connection that breaks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import paramiko
import pytest

from ansinh.errors import AnsinhError
from connectors.folder import Folder
from connectors.landing import land
from connectors.loading import load
from connectors.settings import RegistrySettings
from tests.connectors import sftp_server


@pytest.fixture
def server(country: Path) -> Iterator[sftp_server.Server]:
    with sftp_server.serve(country) as server:
        yield server


def settings(server: sftp_server.Server, known_hosts: Path, password: str = sftp_server.PASSWORD) -> RegistrySettings:
    login = f"{sftp_server.USER}:{quote(password, safe='')}"
    options = f"known_hosts={known_hosts}&workers=2&retries=3&backoff=0"
    return RegistrySettings.from_uri("health", f"sftp://{login}@127.0.0.1:{server.port}/outbox?{options}")


def test_claims_come_over_sftp_as_from_a_folder(
    server: sftp_server.Server, country: Path, tmp_path: Path, ledger: Any
) -> None:
    over_sftp = settings(server, server.known_hosts(tmp_path / "known_hosts"))
    batches = land("health", "2025-01", "2025-03", settings=over_sftp)
    ledger.judge()
    assert sorted(load("health")) == sorted(batches)
    assert ledger.count("raw.health_claim") == 120
    # The same content again, from a folder of this machine: nothing changes.
    local = RegistrySettings.from_uri("health", f"{(country / 'outbox').as_uri()}?workers=1")
    land("health", "2025-01", "2025-03", settings=local)
    ledger.judge()
    assert load("health") == []


def test_a_server_that_is_not_known_gets_no_password(server: sftp_server.Server, tmp_path: Path) -> None:
    with pytest.raises(AnsinhError, match=r"shows the key SHA256:\S+ \(ecdsa-sha2-nistp256\), which is not in"):
        Folder(settings(server, tmp_path / "none")).entries()
    other = tmp_path / "known_hosts"
    key = paramiko.ECDSAKey.generate()
    other.write_text(f"[127.0.0.1]:{server.port} {key.get_name()} {key.get_base64()}\n")
    with pytest.raises(AnsinhError, match="ask the registry whether it is theirs"):
        Folder(settings(server, other)).entries()
    assert server.logins == 0


def test_a_wrong_password_is_tried_once(server: sftp_server.Server, tmp_path: Path) -> None:
    known_hosts = server.known_hosts(tmp_path / "known_hosts")
    with pytest.raises(AnsinhError, match="the server refuses the user") as raised:
        Folder(settings(server, known_hosts, "s3cret")).entries()
    assert server.logins == 1
    assert "s3cret" not in str(raised.value)
    assert "ANSINH_REGISTRY_HEALTH" in raised.value.next_step


def test_a_connection_that_breaks_is_made_again(server: sftp_server.Server, tmp_path: Path) -> None:
    outbox = Folder(settings(server, server.known_hosts(tmp_path / "known_hosts")))
    first = outbox.entries("2025-01")[0]
    server.cut = 2
    assert len(outbox.read(f"2025-01/{first.name}")) == first.size
    assert server.logins == 3
    server.cut = 3
    with pytest.raises(AnsinhError, match=rf"2025-01/{first.name} in the folder sftp://127\.0\.0\.1"):
        outbox.read(f"2025-01/{first.name}")


def test_a_file_that_is_not_there_is_asked_for_once(server: sftp_server.Server, tmp_path: Path) -> None:
    outbox = Folder(settings(server, server.known_hosts(tmp_path / "known_hosts")))
    with pytest.raises(AnsinhError, match=r"2025-01/none\.xml in the folder"):
        outbox.read("2025-01/none.xml")
    assert server.logins == 1
