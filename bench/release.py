"""Seconds from a built warehouse to a release: the indicators, then each part of the release."""

from __future__ import annotations

import argparse
import json
import os
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from typing import Any
from unittest.mock import patch

from ansinh.months import month_range
from ansinh.settings import get_settings
from bench import country, scratch

LIMIT = 120
"""Seconds in all, for a million people and 13 months on two cores."""

PARTS = {
    "read the figures": ("publication.inputs", "observations"),
    "disclosure control": ("publication.content", "suppress"),
    "reasons": ("publication.explain", "facts"),
    "CSV": ("publication.tables", "write"),
    "Parquet": ("publication.tables", "write_parquet"),
    "XLSX": ("publication.xlsx", "write"),
    "SDMX": ("publication.sdmx", "write"),
    "website": ("publication.site", "write"),
}
"""Parts of a release and the function that makes each, in the module that calls it."""


def main(arguments: list[str]) -> int:
    """Print the seconds as a table or as JSON; exit status 1 where a million people take longer than promised."""
    parser = argparse.ArgumentParser(prog="ansinh bench release", description=__doc__)
    parser.add_argument("--people", type=int, default=30_000, help="size of the country, persons")
    parser.add_argument("--json", action="store_true", help="JSON instead of a table")
    given = parser.parse_args(arguments)
    scratch.show_progress()
    result = run(given.people)
    if given.json:
        print(json.dumps(result, indent=2))
    else:
        for name, seconds in result["seconds"].items():
            print(f"{name:<20}{seconds:>10.2f} s")
        print(f"{result['observations']:,} figures, {result['bytes'] / 1e6:.1f} MB, peak {result['peak_rss_mb']} MB")
    return int(given.people >= 1_000_000 and result["seconds"]["in all"] > LIMIT)


def run(people: int) -> dict[str, Any]:
    """Build the warehouse of a country in a scratch installation, then measure what follows.

    Returns:
        seconds by part, observations and bytes of the release, peak memory of the process in MB.
    """
    with scratch.home() as folder:
        settings = get_settings()
        months = month_range(settings.period_from, settings.period_to)
        os.environ.update(scratch.in_process(country.serve, folder / "country", people, months, settings.seed))
        country.deliver(months[0], months[-1])
        scratch.in_process(country.transform, ("staging", "identity", "linkage", "warehouse"))
        # A release takes names and areas from the tables for BI.
        seconds = {name: scratch.in_process(_layer, name) for name in ("indicators", "bi")}
        parts, release = scratch.in_process(_publish, months[-1])
        seconds |= parts
        seconds["in all"] = round(seconds["indicators"] + seconds["bi"] + seconds["release"], 2)
        measured: dict[str, Any] = {"people": people, "seconds": seconds} | release
        return measured


def _layer(name: str) -> float:
    from ansinh import transformation

    start = time.perf_counter()
    transformation.layer(name)
    return round(time.perf_counter() - start, 2)


def _publish(period: str) -> tuple[dict[str, float], dict[str, Any]]:
    """Make a release; return seconds by part, and what it measures."""
    from publication import release

    seconds: dict[str, float] = {}
    with ExitStack() as timers:
        for name, (module, function) in PARTS.items():
            timers.enter_context(_timed(seconds, name, module, function))
        start = time.perf_counter()
        made = release.publish(period)
        whole = time.perf_counter() - start
    seconds |= {"the rest": whole - sum(seconds.values()), "release": whole}
    manifest = json.loads((made.path / "manifest.json").read_text(encoding="utf-8"))
    return {name: round(value, 2) for name, value in seconds.items()}, {
        "observations": manifest["observations"],
        "bytes": sum(path.stat().st_size for path in made.path.rglob("*") if path.is_file()),
        "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


@contextmanager
def _timed(seconds: dict[str, float], name: str, module: str, function: str) -> Iterator[None]:
    """Add the seconds that are spent in a function to those of a part."""
    call: Callable[..., Any] = getattr(import_module(module), function)

    def timed(*arguments: Any, **options: Any) -> Any:
        start = time.perf_counter()
        try:
            return call(*arguments, **options)
        finally:
            seconds[name] = seconds.get(name, 0.0) + time.perf_counter() - start

    with patch.object(import_module(module), function, timed):
        yield
