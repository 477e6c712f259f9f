"""Which models and deliveries an indicator is made of, from dbt's manifest."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from ansinh import transformation
from ansinh.settings import get_settings

_LAYERS = ("indicators", "warehouse", "identity", "staging")
_OWN = {"ingest", "identity"}
# They decide which months are done again, and say nothing about a figure.
_BOOKKEEPING = {f"model.ansinh.{name}" for name in ("batch_in_work", "dim_month", "dim_period", "reopened_month")}


class Lineage(NamedTuple):
    """What stands behind an indicator.

    Attributes:
        models: name, layer and description of each model, from the figure back to staging.
        figures: data sets that the figures are counted from, as (registry, data set).
        persons: data sets that say only who the persons are, where they live and how old they are.
    """

    models: list[dict[str, str]]
    figures: list[tuple[str, str]]
    persons: list[tuple[str, str]]


def manifest() -> dict[str, Any]:
    """Return the manifest of the last build; without one the project is parsed."""
    path = get_settings().home / "dbt" / "target" / "manifest.json"
    if not path.exists():
        transformation.dbt("parse")
    return _read(path, path.stat().st_mtime_ns)


def of_indicator(manifest: dict[str, Any], indicator: str) -> Lineage:
    """Return the lineage of an indicator; empty where no model bears its name.

    Args:
        manifest: dbt's.
        indicator: its id in the catalogue; its model is `ind_<id>`.
    """
    start = f"model.ansinh.ind_{indicator.lower()}"
    if start not in manifest["nodes"]:
        return Lineage([], [], [])
    direct = _reached(manifest, [start], through_identity=False)
    both = _reached(manifest, [start], through_identity=True)
    if any(_layer(manifest, node) == "identity" for node in both):
        # The linkage runs outside dbt: links come from every record that names a person.
        both |= _reached(manifest, ["model.ansinh.record"], through_identity=True)
    models = sorted(
        (_LAYERS.index(layer), node)
        for node in direct
        if node.startswith("model.") and (layer := _layer(manifest, node)) in _LAYERS
    )
    nodes = [manifest["nodes"][node] for _, node in models]
    figures = _data_sets(manifest, direct)
    return Lineage(
        [{"name": node["name"], "layer": node["fqn"][1], "description": _line(node["description"])} for node in nodes],
        figures,
        [one for one in _data_sets(manifest, both) if one not in figures],
    )


def _reached(manifest: dict[str, Any], start: list[str], *, through_identity: bool) -> set[str]:
    """Return all nodes upstream; the identity layer is looked through or only touched."""
    seen: set[str] = set()
    waiting = [node for node in start if node in manifest["nodes"]]
    while waiting:
        node = waiting.pop()
        if node in seen or node in _BOOKKEEPING:
            continue
        seen.add(node)
        if node in manifest["nodes"] and (through_identity or _layer(manifest, node) != "identity"):
            waiting += manifest["nodes"][node]["depends_on"].get("nodes", [])
    return seen


def _layer(manifest: dict[str, Any], node: str) -> str:
    return str(manifest["nodes"][node]["fqn"][1]) if node in manifest["nodes"] else ""


def _data_sets(manifest: dict[str, Any], nodes: set[str]) -> list[tuple[str, str]]:
    sources = (manifest["sources"][node] for node in nodes if node in manifest["sources"])
    return sorted((one["source_name"], one["name"]) for one in sources if one["source_name"] not in _OWN)


def _line(text: str) -> str:
    return " ".join(text.split())


@lru_cache(maxsize=1)
def _read(path: Path, _changed: int) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text())
    return {key: found[key] for key in ("nodes", "sources")}
