"""Builds a world: the true country first, then the registries' copies of it, then the ground truth."""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl

from ansinh.errors import AnsinhError
from sandbox.settings import ERRORS_FILE, load_error_rates
from sandbox.world.calendar import coverage_path, window_of
from sandbox.world.country import Country, build_country
from sandbox.world.output import Tables
from sandbox.world.registries.external import write_external
from sandbox.world.registries.health import write_health
from sandbox.world.registries.labour import write_labour
from sandbox.world.registries.population import write_population
from sandbox.world.registries.reference import write_reference
from sandbox.world.registries.residence import write_residence
from sandbox.world.registries.tax import write_tax
from sandbox.world.registries.vss_accounts import write_accounts
from sandbox.world.registries.vss_benefits import write_benefits
from sandbox.world.registries.vss_cards import write_cards
from sandbox.world.registries.vss_contributions import write_contributions
from sandbox.world.registries.vss_employers import write_employers
from sandbox.world.registries.vss_finance import write_finance
from sandbox.world.registries.vss_members import write_members
from sandbox.world.registries.vss_services import write_services
from sandbox.world.tools import DATA
from sandbox.world.truth.indicators import write_indicators
from sandbox.world.truth.people import write_people

_log = logging.getLogger(__name__)


def build(directory: Path, people: int, months: list[str], seed: int, errors: Path = ERRORS_FILE) -> None:
    """Write the tables of a synthetic country and its ground truth; a finished world of the same kind is kept.

    Args:
        directory: gets `tables/<registry>_<dataset>.parquet`, `truth/` and `world.json`.
        people: residents on the first day, 2,000 to 5,000,000.
        months: consecutive months `YYYY-MM` in which the registries record.
        seed: the same seed gives the same world.
        errors: rates of the registries' errors, see `sandbox/errors.toml`.

    Raises:
        AnsinhError: the size or the months cannot be built.
    """
    if not 2_000 <= people <= 5_000_000:
        raise AnsinhError(f"A country of {people:,} people cannot be built.", "Choose 2,000 to 5,000,000.")
    try:
        window = window_of(months)
    except ValueError as error:
        raise AnsinhError(str(error), "Give months in a row, for example 2024-12 to 2025-12.") from error
    directory = Path(directory)
    parameters = {"people": people, "months": list(months), "seed": seed, "code": _code_version(errors)}
    summary = directory / "world.json"
    if summary.exists() and json.loads(summary.read_text(encoding="utf-8"))["parameters"] == parameters:
        _log.info("The country in %s is as asked; nothing to do.", directory)
        return
    for folder in ("tables", "truth"):
        shutil.rmtree(directory / folder, ignore_errors=True)
    summary.unlink(missing_ok=True)
    seconds: dict[str, float] = {}
    with _timed(seconds, "country"):
        country = build_country(people, window, seed, load_error_rates(errors))
    tables = Tables(directory, window.end)
    with _timed(seconds, "people"):
        counts = write_people(country, tables)
    unpaid = _write_registries(country, tables, counts, seconds)
    with _timed(seconds, "indicators"):
        indicators = write_indicators(country, tables)
    tables.close()
    country.log.frame().write_parquet(directory / "truth" / "error.parquet")
    result = {
        "parameters": parameters,
        "rows": tables.rows(),
        "seconds": seconds,
        "persons": country.people.size,
        "employers": country.employers.size,
        "late_payment": unpaid,
        "national": _national(country, indicators),
    }
    summary.write_text(json.dumps(result, indent=2, ensure_ascii=False), encoding="utf-8")


def _write_registries(
    country: Country, tables: Tables, counts: pl.DataFrame, seconds: dict[str, float]
) -> dict[str, Any]:
    with _timed(seconds, "reference"):
        write_reference(country, tables, counts)
        write_external(country, tables)
    with _timed(seconds, "population"):
        registered = write_population(country, tables)
        write_residence(country, tables, registered)
    with _timed(seconds, "vss members"):
        members = write_members(country, tables)
        write_employers(country, tables)
        write_accounts(country, tables, members)
    with _timed(seconds, "vss contributions"):
        totals = write_contributions(country, tables, members)
    with _timed(seconds, "vss cards"):
        write_cards(country, tables, members)
    with _timed(seconds, "vss benefits"):
        write_benefits(country, tables, members)
    with _timed(seconds, "vss services"):
        write_services(country, tables)
    with _timed(seconds, "labour"):
        write_labour(country, tables)
    with _timed(seconds, "tax"):
        write_tax(country, tables)
    with _timed(seconds, "health"):
        write_health(country, tables).write_parquet(tables.directory / "tables" / "_health_sensitive.parquet")
    with _timed(seconds, "vss finance"):
        write_finance(country, tables)
    return totals | {"share": round(totals["unpaid"] / max(totals["payable"], 1), 4)}


def _national(country: Country, indicators: pl.DataFrame) -> dict[str, dict[str, Any]]:
    """Return the true national figures by month, and the published rates that they were calibrated to."""
    total = indicators.filter(
        pl.col("freq") == "M",
        pl.col("area") == "VN",
        pl.col("area_list") == "34",
        pl.all_horizontal(pl.col("sex", "age", "breakdown") == "_T"),
    )
    result: dict[str, dict[str, Any]] = {
        name[0]: dict(zip(part["period"], part["value"], strict=True))
        for name, part in total.group_by("indicator", maintain_order=True)
        if isinstance(name[0], str)
    }
    for path in ("si_compulsory", "si_voluntary", "ui", "hi", "verified"):
        result[f"published {path}"] = dict(
            zip(country.window.months, coverage_path(path, country.window).round(2).tolist(), strict=True)
        )
    return result


def _code_version(errors: Path) -> str:
    digest = hashlib.sha256()
    for path in (*sorted(Path(__file__).parent.rglob("*.py")), *sorted(DATA.glob("*.csv")), errors):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


@contextmanager
def _timed(seconds: dict[str, float], part: str) -> Iterator[None]:
    begin = time.perf_counter()
    _log.info("Making the synthetic country: %s.", part)
    yield
    seconds[part] = round(time.perf_counter() - begin, 2)
