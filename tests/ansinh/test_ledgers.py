from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from ansinh import database
from ansinh.database import Role


def test_a_published_release_never_changes(empty_warehouse: Path) -> None:
    with database.connect(Role.PUBLISHER) as connection:
        connection.execute("insert into release.release values ('r1', '2025-12', 'preliminary', 'hash', '/r1')")
    for statement in ("update release.release set vintage = 'official'", "delete from release.release"):
        with database.connect(Role.PUBLISHER) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement)
        url = database.admin_url().set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(url) as connection, pytest.raises(psycopg.errors.RaiseException, match="never changes"):
            connection.execute(statement)


def test_rows_received_are_accepted_or_quarantined(empty_warehouse: Path) -> None:
    insert = """
        insert into ingest.batch (batch_id, registry, dataset, period, state, rows_received, rows_accepted,
            rows_quarantined, contract_version, code_version)
        values ('vss.payment.2025-01', 'vss', 'payment', '2025-01', 'landed', 10, 8, 1, '1', '1')
    """
    with database.connect(Role.LOADER) as connection, pytest.raises(psycopg.errors.CheckViolation):
        connection.execute(insert)
