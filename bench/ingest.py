"""Each connector against the bare limit of the same run on the same machine.

Counted is one full pull, everything that the registry has recorded, by the code that the DAGs call: extract, check,
write the landing files, and load them into `raw`. The gate between the two is another room and is not counted. The
bare limit is COPY of the same rows, ready as CSV, into tables without constraints in the same server; for XML it is the
lxml parse of the same documents by as many processes, with nothing read out of them. Both are measured in turns, in
several passes, and the one with the median ratio counts: a second's work is at the mercy of what else the machine does.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any

import polars as pl
import psycopg
import pyarrow.parquet as pq

from ansinh import database
from ansinh.months import month_range
from ansinh.settings import get_settings
from bench import bare, scratch
from bench.memory import peak_memory
from connectors import health, landing, ledger, loading, tax
from connectors.contract import datasets, load_contract
from connectors.pool import Pool
from connectors.settings import RegistrySettings
from connectors.source import Window

REGISTRIES = ("population", "tax", "labour", "health", "vss")
CLAIMS = 200_000
"""Claims that the health connector is measured on; a country of 1 million people sends some 2 million a year."""

# Passes over a connector: as many as take it so many seconds, within bounds.
_SECONDS, _FEWEST, _MOST = 20, 3, 9
_COPY_BYTES = 1 << 20

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Measure:
    """A connector beside its bare limit; `ratio` is 1 where the connector is as fast as the limit."""

    registry: str
    rows: int
    seconds: float
    rows_per_second: int
    bare_rows_per_second: int
    ratio: float
    peak_rss_mb: int


def run(people: int, registries: Sequence[str] = REGISTRIES) -> list[dict[str, Any]]:
    """Measure connectors on a country of a size, in a scratch home that is removed afterwards."""
    with scratch.home():
        os.environ.update(scratch.in_process(_serve, people))
        return [asdict(_measure(registry)) for registry in registries]


def main(arguments: list[str]) -> int:
    """Print the measures as a table or as JSON; exit status 1 where a connector is below half of its limit."""
    parser = argparse.ArgumentParser(prog="ansinh bench ingest", description=__doc__)
    parser.add_argument("--people", type=int, default=100_000, help="size of the country, persons")
    parser.add_argument("--registry", action="append", choices=REGISTRIES, help="only this one; may be repeated")
    parser.add_argument("--json", action="store_true", help="JSON instead of a table")
    given = parser.parse_args(arguments)
    scratch.show_progress()
    measures = run(given.people, given.registry or REGISTRIES)
    if given.json:
        print(json.dumps(measures, indent=2))
    else:
        print(pl.DataFrame(measures).to_pandas().to_string(index=False))
    return int(any(measure["ratio"] < 0.5 for measure in measures))


def _serve(people: int) -> dict[str, str]:
    """Build and serve the country; return the registries' addresses."""
    from sandbox import serve, world

    settings = get_settings()
    logger.info("Building a country of %s persons.", f"{people:,}")
    database.bootstrap()
    months = month_range(settings.period_from, settings.period_to)
    world.build(settings.home / "country", people, months, settings.seed)
    _keep_claims(settings.home / "country" / "tables")
    return serve.start(settings.home / "country")


def _keep_claims(tables: Path) -> None:
    """Keep the first days of claims, so that rendering them does not take longer than everything else."""
    claims = pl.scan_parquet(tables / "health_claim.parquet").select("submitted_date").sort("submitted_date")
    last = claims.head(CLAIMS).max().collect().item()
    for path in tables.glob("health_*.parquet"):
        pl.read_parquet(path).filter(pl.col("submitted_date") <= last).write_parquet(path)


def _measure(registry: str) -> Measure:
    passes: list[Measure] = []
    while len(passes) < _FEWEST or (len(passes) < _MOST and sum(one.seconds for one in passes) < _SECONDS):
        logger.info("%s: the connector and the bare limit, pass %d", registry, len(passes) + 1)
        _forget(registry)
        passes.append(done := _pass(registry))
        logger.info("%s: %.1f s, ratio %.2f, %d MB", registry, done.seconds, done.ratio, done.peak_rss_mb)
    middle = sorted(passes, key=lambda one: one.ratio)[len(passes) // 2]
    return replace(middle, peak_rss_mb=max(one.peak_rss_mb for one in passes))


def _pass(registry: str) -> Measure:
    rows, seconds, peak = scratch.in_process(_connector, registry)
    limit = scratch.in_process(_bare, registry)
    return Measure(
        registry=registry, rows=rows, seconds=round(seconds, 3), rows_per_second=round(rows / seconds),
        bare_rows_per_second=round(rows / limit), ratio=round(limit / seconds, 3), peak_rss_mb=peak,
    )  # fmt: skip


def _forget(registry: str) -> None:
    """Take away what an earlier pass has pulled."""
    with database.connect(database.Role.LOADER) as connection:
        for dataset in datasets(registry):
            connection.execute(f"drop table if exists {load_contract(registry, dataset).raw_table}".encode())
        for table in ("ingest.batch", "ingest.cursor", "ingest.file"):
            connection.execute(f"delete from {table} where registry = %s".encode(), [registry])
    shutil.rmtree(get_settings().landing_dir / registry, ignore_errors=True)


def _connector(registry: str) -> tuple[int, float, int]:
    """Return rows, seconds and peak memory in MB, of this process and the processes that it starts."""
    period = get_settings().period_to
    import_module(f"connectors.{registry}")
    for dataset in datasets(registry):
        load_contract(registry, dataset)  # imports too
    with peak_memory() as peak:
        start = time.perf_counter()
        landing.land(registry, period, period)
        seconds = time.perf_counter() - start
        with database.connect(database.Role.CHECKER) as connection:
            connection.execute("update ingest.batch set state = 'checked' where registry = %s", [registry])
        start = time.perf_counter()
        loading.load(registry)
        seconds += time.perf_counter() - start
    with database.connect(database.Role.LOADER) as connection:
        rows = sum(batch.rows_received for batch in ledger.batches(connection, registry))
    return rows, seconds, peak[0]


def _bare(registry: str) -> float:
    """Return the seconds of the bare limit."""
    match registry:
        case "health":
            return _bare_envelopes()
        case "tax":
            return _bare_returns() + _bare_copy(registry, ["payer"])
        case _:
            return _bare_copy(registry, datasets(registry))


def _bare_copy(registry: str, names: list[str]) -> float:
    seconds = 0.0
    with database.connect(database.Role.LOADER) as connection:
        known = {batch.dataset: batch for batch in ledger.batches(connection, registry)}
        for name in names:
            path = get_settings().landing_dir / str(known[name].landing_path)
            with tempfile.NamedTemporaryFile(dir=get_settings().home) as csv:
                for group in range((parquet := pq.ParquetFile(path)).num_row_groups):
                    rows = pl.DataFrame(parquet.read_row_group(group)).drop("_row")
                    rows.write_csv(csv, include_header=False)
                csv.seek(0)
                seconds += _timed(lambda name=name, csv=csv: _copy(connection, registry, name, csv))  # type: ignore[misc]
    return seconds


def _copy(connection: psycopg.Connection, registry: str, dataset: str, csv: Any) -> None:
    fields = load_contract(registry, dataset).fields
    columns = ", ".join(f"{field.name} {field.physical_type}" for field in fields)
    with connection.transaction():
        connection.execute(f"create table raw.bare ({columns})".encode())
        with connection.cursor() as cursor, cursor.copy("copy raw.bare from stdin (format csv)") as copy:
            while data := csv.read(_COPY_BYTES):
                copy.write(data)
    with connection.transaction():
        connection.execute("drop table raw.bare")


def _bare_envelopes() -> float:
    settings, period = RegistrySettings.from_environment("health"), get_settings().period_to
    contracts = [load_contract("health", dataset) for dataset in datasets("health")]
    tasks = health.Registry(settings).tasks(contracts, Window.of(period, first=True))
    return _timed(lambda: _drain(Pool(0), bare.parse_envelopes, tasks))


def _bare_returns() -> float:
    folder = get_settings().home / "country" / "serving" / "tax"
    tasks = [task for path in sorted(folder.glob("*.zip")) for task in tax.tasks("", str(path), [])]
    return _timed(lambda: _drain(Pool(0), bare.parse_returns, tasks))


def _drain(pool: Pool, work: Callable[[Any], None], tasks: list[Any]) -> None:
    for _ in pool.map(work, tasks):
        pass
    pool.close()


def _timed(work: Callable[[], None]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
