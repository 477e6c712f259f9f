"""The steps by hand: the same calls that the DAGs make, one after another in this process."""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import dataclass

from ansinh import database
from ansinh.errors import AnsinhError
from ansinh.settings import get_settings

_log = logging.getLogger(__name__)

LAYERS = {"staging": True, "identity": False, "linkage": False, "warehouse": True, "indicators": True}
"""The layers in building order, and which of them a gate judges."""


@dataclass(frozen=True)
class Ingested:
    """What one ingest did: batches that were new or changed, and batches loaded into raw."""

    registry: str
    landed: list[str]
    loaded: list[str]


def ingest(registry: str, period_from: str | None = None, period_to: str | None = None) -> Ingested:
    """Pull a registry's months into landing, judge the deliveries, load what passed.

    Args:
        registry: the registry's name, for example `vss`.
        period_from: first month `YYYY-MM`; default from the settings.
        period_to: last month, included; default from the settings.

    Raises:
        AnsinhError: the registry is unknown, cannot be read, or its deliveries did not pass the gate.
    """
    from connectors.contract import registries
    from connectors.landing import land
    from connectors.loading import load
    from expectations.gate import GateFailed, check_landing

    if registry not in registries():
        raise AnsinhError(f"There is no registry '{registry}'.", f"Name one of {', '.join(registries())}.")
    settings = get_settings()
    if settings.database_url is None:
        database.bootstrap()  # the first ingest may come before ./ansinh up
    landed = land(registry, period_from or settings.period_from, period_to or settings.period_to)
    try:
        check_landing(registry)
    except GateFailed:
        # What passed goes on, and the rows of what was rejected can be seen in quarantine.
        with suppress(AnsinhError):
            load(registry)
        raise
    return Ingested(registry, landed, load(registry))


def build(*, full_refresh: bool = False) -> None:
    """Build the warehouse layer by layer; each layer passes its gate before the next one starts.

    Raises:
        AnsinhError: a model failed or a layer did not pass its gate.
    """
    from ansinh import ledger, transformation
    from expectations.gate import check_stage

    revisions = ledger.unprocessed("warehouse")
    for layer, is_judged in LAYERS.items():
        _log.info("Building %s.", layer)
        transformation.layer(layer, full_refresh=full_refresh)
        if is_judged:
            check_stage(layer)
    _log.info("Building the views for BI.")
    transformation.layer("bi", full_refresh=full_refresh)
    ledger.mark("warehouse", revisions)


def publish(period: str | None = None, vintage: str | None = None) -> str:
    """Publish a period as a release, and build the Data Docs; by default the newest month that is loaded.

    Returns:
        What became of it, in one or two lines.

    Raises:
        AnsinhError: the indicators are missing or have not passed their gate.
    """
    from ansinh import ledger
    from expectations import data_docs
    from publication import release

    made = release.publish(period or ledger.latest_period(), vintage)
    data_docs.build()
    return made.tell()
