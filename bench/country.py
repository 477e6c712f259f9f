"""A synthetic country behind its registries, taken in as far as a benchmark needs it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from ansinh import database
from ansinh.settings import get_settings

logger = logging.getLogger(__name__)


def serve(folder: Path, people: int, months: list[str], seed: int, factor: float = 1.0) -> dict[str, str]:
    """Build and serve a country in a folder; return the registries' addresses.

    Args:
        people: residents on the first day.
        months: consecutive months `YYYY-MM`.
        seed: the same seed gives the same country.
        factor: the sandbox's error rates are multiplied by it.
    """
    from sandbox import serve as sandbox
    from sandbox import world
    from sandbox.settings import write_error_rates

    logger.info("Building a country of %s persons.", f"{people:,}")
    database.bootstrap()
    rates = write_error_rates(get_settings().home / "errors.toml", factor)
    world.build(folder, people, months, seed, rates)
    return sandbox.start(folder)


def deliver(first: str, last: str) -> None:
    """Take months from all registries into raw."""
    from ansinh import pipeline
    from connectors.contract import registries

    for registry in registries():
        logger.info("%s: %s to %s", registry, first, last)
        pipeline.ingest(registry, first, last)


def transform(layers: Sequence[str]) -> None:
    """Build layers from what is loaded, without their gates."""
    from ansinh import ledger, transformation

    revisions = ledger.unprocessed("warehouse")
    transformation.build(layers)
    ledger.mark("warehouse", revisions)
