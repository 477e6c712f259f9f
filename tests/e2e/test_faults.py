"""A registry that is away, on the way by hand: it stops itself alone, and the next call goes on from there."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator

import pytest

from ansinh import database, pipeline, system
from ansinh.settings import get_settings
from connectors.contract import datasets, registries
from sandbox import world
from tests.e2e.installation import Installation, installed

pytestmark = pytest.mark.e2e

MONTH = "2025-06"
OTHERS = [name for name in registries() if name != "vss"]


@pytest.fixture(scope="module")
def installation() -> Iterator[Installation]:
    with installed() as installation:
        database.bootstrap()
        world.build(get_settings().sandbox_dir, 2_000, [MONTH], 1)
        yield installation


@pytest.fixture(scope="module")
def away(installation: Installation) -> subprocess.CompletedProcess[str]:
    """Pull every registry; nothing listens where the ledger should be."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    nowhere = f"postgresql+psycopg://reader:secret@127.0.0.1:{port}/registry_vss?retries=2"
    done = installation.call("ingest", "vss", "--period", MONTH, ANSINH_REGISTRY_VSS=nowhere)
    with system.registries():
        for registry in OTHERS:
            pipeline.ingest(registry, MONTH, MONTH)
    return done


def test_a_registry_that_is_away_is_named_with_the_next_step(away: subprocess.CompletedProcess[str]) -> None:
    assert away.returncode == 1
    assert "vss" in away.stderr
    assert "Next:" in away.stderr
    assert "secret" not in away.stdout + away.stderr
    assert "Traceback" not in away.stderr


def test_the_other_registries_load(installation: Installation, away: subprocess.CompletedProcess[str]) -> None:
    batches = installation.json("status")["batches"]
    states = {(batch["registry"], batch["state"]) for batch in batches}
    assert states == {(name, "loaded") for name in OTHERS} | {("vss", "failed")}
    loaded = [batch["batch_id"] for batch in batches if batch["registry"] != "vss"]
    assert len(loaded) == sum(len(datasets(name)) for name in OTHERS)


def test_the_next_call_goes_on_from_there(installation: Installation, away: subprocess.CompletedProcess[str]) -> None:
    before = installation.loaded_at()
    done = installation.call("ingest", "vss", "--period", MONTH)
    assert done.returncode == 0, done.stderr
    after = installation.loaded_at()
    assert {batch.split(".")[0] for batch in after if after[batch] != before.get(batch)} == {"vss"}
    batches = installation.json("status")["batches"]
    assert {batch["state"] for batch in batches} == {"loaded"}
    assert all(batch["rows_received"] == batch["rows_accepted"] + batch["rows_quarantined"] for batch in batches)
