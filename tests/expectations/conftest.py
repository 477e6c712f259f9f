"""Small deliveries, good and bad, in a real ledger and real Parquet files."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

import ansinh
from ansinh.database import Role, connect
from ansinh.settings import get_settings

Deliver = Callable[..., str]


@pytest.fixture
def deliver(empty_warehouse: Path) -> Deliver:
    """Return a function that lands rows of a data set and returns the batch."""

    def land(dataset: str, period: str, rows: pl.DataFrame, *, held: int = 0, first: bool = False) -> str:
        registry, name = dataset.split(".")
        batch_id = f"{dataset}.{period}"
        folder = get_settings().landing_dir / registry / name / period
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{hashlib.sha256(rows.write_json().encode()).hexdigest()}.parquet"
        rows.with_row_index("_row", 1).with_columns(pl.col("_row").cast(pl.Int64)).write_parquet(path)
        with connect(Role.LOADER) as connection:
            connection.execute(
                """insert into ingest.batch (batch_id, registry, dataset, period, cursor_from, state, rows_received,
                       rows_accepted, rows_quarantined, sha256, landing_path, contract_version, code_version)
                   values (%s, %s, %s, %s, %s, 'landed', %s, %s, %s, %s, %s, '1.0.0', %s)
                   on conflict (batch_id) do update set state = 'landed', revision = ingest.batch.revision + 1,
                       rows_received = excluded.rows_received, rows_accepted = excluded.rows_accepted,
                       rows_quarantined = excluded.rows_quarantined, sha256 = excluded.sha256,
                       landing_path = excluded.landing_path""",
                [
                    batch_id, registry, name, period, None if first else f"{period}-01", rows.height + held,
                    rows.height, held, path.stem, str(path.relative_to(get_settings().landing_dir)),
                    ansinh.__version__,
                ],
            )  # fmt: skip
        return batch_id

    return land
