"""The whole way by hand, stage by stage: seconds of each, how they grow with the data, and where the time goes.

The stages are the calls that the DAGs make. Each size runs in a process, a home folder and a database of its own.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import resource
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from typing import Any

from ansinh.errors import AnsinhError
from ansinh.months import month_range
from ansinh.settings import get_settings
from bench import scratch

logger = logging.getLogger(__name__)

SANDBOX = ("world", "serve")
"""Stages that make the country and its registries; they are not part of the pipeline."""

LIMIT = 1.15
"""No stage may grow faster than this times the data."""

# Seconds that the server spent in statements, of all databases: a connection reports them when it is idle or ends.
_SQL_SECONDS = "select sum(active_time) / 1000 from pg_stat_database"


@dataclass
class Stage:
    """Seconds of a stage, and how many of them the database worked."""

    stage: str
    seconds: float = 0.0
    sql_seconds: float = 0.0


@dataclass
class Run:
    """One size: persons, rows delivered, seconds by stage, peak memory of the process."""

    people: int
    rows: int = 0
    peak_rss_mb: int = 0
    stages: dict[str, Stage] = field(default_factory=dict)

    def time(self, stage: str, call: Callable[..., Any], *arguments: Any) -> Any:
        """Call, and add the seconds to a stage."""
        logger.info("%s persons: %s", f"{self.people:,}", stage)
        sql_before, before = _sql_seconds(), time.perf_counter()
        result = call(*arguments)
        seconds = time.perf_counter() - before
        entry = self.stages.setdefault(stage, Stage(stage))
        entry.seconds += seconds
        # Parallel statements can add up to more than the time that passed.
        entry.sql_seconds += min(seconds, max(0.0, _sql_seconds() - sql_before))
        return result

    def pipeline(self) -> dict[str, float]:
        """Return seconds of the pipeline in all, in SQL, in extraction and parsing, and the share of the rest."""
        stages = [stage for name, stage in self.stages.items() if name not in SANDBOX]
        total = sum(stage.seconds for stage in stages)
        parsing = sum(stage.seconds - stage.sql_seconds for stage in stages if stage.stage.startswith("land"))
        sql = sum(stage.sql_seconds for stage in stages)
        return {"seconds": total, "sql": sql, "parsing": parsing, "other_share": (total - sql - parsing) / total}


def measure(people: int) -> Run:
    """Run all stages for a country of a size, in a scratch home that is removed afterwards."""
    from ansinh import database

    with scratch.home():
        database.bootstrap()
        run = Run(people)
        _stages(run)
        run.peak_rss_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        return run


def _stages(run: Run) -> None:
    from ansinh import ledger, pipeline, transformation
    from connectors.contract import registries
    from connectors.landing import land
    from connectors.loading import load
    from expectations.gate import check_landing, check_stage
    from publication.release import publish
    from sandbox import serve, world

    settings = get_settings()
    first, last = settings.period_from, settings.period_to
    folder = settings.sandbox_dir
    run.time("world", world.build, folder, run.people, month_range(first, last), settings.seed)
    os.environ.update(run.time("serve", serve.start, folder))
    for registry in registries():
        run.time(f"land {registry}", land, registry, first, last)
        run.time("gate landing", check_landing, registry)
        run.time(f"load {registry}", load, registry)
    run.rows = _rows()
    revisions = ledger.unprocessed("warehouse")
    for layer, is_judged in pipeline.LAYERS.items():
        run.time(f"build {layer}", transformation.layer, layer)
        if is_judged:
            run.time(f"gate {layer}", check_stage, layer)
    run.time("build bi", transformation.layer, "bi")
    ledger.mark("warehouse", revisions)
    run.time("publish", publish, last)


def growth(small: Run, large: Run) -> list[dict[str, Any]]:
    """Return how much faster than the data each stage grew: 1.0 means in step with the rows."""
    data = large.rows / small.rows
    return [
        {"stage": name, "factor": round(large.stages[name].seconds / stage.seconds / data, 2)}
        for name, stage in small.stages.items()
    ]


def main(arguments: list[str]) -> int:
    """Run the benchmark from the command line; status 1 when a stage grew faster than the limit."""
    parser = argparse.ArgumentParser("./ansinh bench run", description="Seconds of each stage of the whole way.")
    parser.add_argument("--people", default="30000,300000", help="sizes of the country, joined by commas")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args(arguments)
    try:
        sizes = sorted({int(size) for size in options.people.split(",")})
    except ValueError:
        raise AnsinhError(f"'{options.people}' are no sizes.", "Write --people 30000,300000.") from None
    runs = [scratch.in_process(measure, size) for size in sizes]
    grown = [growth(small, large) for small, large in pairwise(runs)]
    if options.json:
        print(json.dumps(_as_json(runs, grown), indent=2))
    else:
        _print(runs, grown)
    return int(any(row["factor"] > LIMIT for rows in grown for row in rows))


def _as_json(runs: list[Run], grown: list[list[dict[str, Any]]]) -> dict[str, Any]:
    return {
        "runs": [
            asdict(run) | {"stages": [asdict(stage) for stage in run.stages.values()], "pipeline": run.pipeline()}
            for run in runs
        ],
        "growth": [
            {"from": small.people, "to": large.people, "data": round(large.rows / small.rows, 2), "stages": rows}
            for (small, large), rows in zip(pairwise(runs), grown, strict=True)
        ],
        "limit": LIMIT,
        "last_run": _last_run(runs),
    }


def _last_run(runs: list[Run]) -> dict[str, Any] | None:
    """Return the share of this installation's last `./ansinh run` that was neither SQL nor parsing, by its size."""
    record = get_settings().home / "run.json"
    if not record.exists():
        return None
    last = json.loads(record.read_text())
    same = next((run.pipeline() for run in runs if run.people == last["people"]), None)
    if same is None:
        return None
    share = 1 - (same["sql"] + same["parsing"]) / last["seconds"]
    return {"people": last["people"], "seconds": last["seconds"], "other_share": round(share, 3)}


def _print(runs: list[Run], grown: list[list[dict[str, Any]]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None)
    table.add_column("Stage")
    for run in runs:
        table.add_column(f"{run.people:,} persons, s", justify="right")
        table.add_column("in SQL, s", justify="right")
    for small, large in pairwise(runs):
        table.add_column(f"growth / data ({large.rows / small.rows:.1f})", justify="right")
    factors = [{row["stage"]: row["factor"] for row in rows} for rows in grown]
    for name in runs[0].stages:
        cells = [f"{value:.1f}" for run in runs for value in (run.stages[name].seconds, run.stages[name].sql_seconds)]
        marks = [f"{by_stage[name]:.2f}{' !' if by_stage[name] > LIMIT else ''}" for by_stage in factors]
        table.add_row(name, *cells, *marks)
    console = Console()
    console.print(table)
    for run in runs:
        parts = run.pipeline()
        console.print(
            f"{run.people:,} persons, {run.rows:,} rows: pipeline {parts['seconds']:.0f} s, SQL {parts['sql']:.0f} s, "
            f"extracting and parsing {parts['parsing']:.0f} s, neither {parts['other_share']:.0%}; "
            f"peak memory {run.peak_rss_mb} MB."
        )
    if last := _last_run(runs):
        console.print(f"The last ./ansinh run took {last['seconds']:.0f} s, neither {last['other_share']:.0%}.")


def _sql_seconds() -> float:
    from ansinh.database import Role, connect

    with connect(Role.CHECKER) as connection:
        row = connection.execute(_SQL_SECONDS).fetchone()
    return float(row[0] or 0) if row else 0.0


def _rows() -> int:
    from ansinh.database import Role, connect

    with connect(Role.CHECKER) as connection:
        row = connection.execute("select coalesce(sum(rows_received), 0) from ingest.batch").fetchone()
    return int(row[0]) if row else 0
