"""Maps by province: shapes of both lists, with Hoàng Sa and Trường Sa, in five classes (source: `MAP.md`)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_CLASSES = 5


@dataclass(frozen=True)
class Shape:
    """A province or archipelago: its path, its class from 1 on (0: no value) and the code of its province."""

    area: str
    path: str
    rank: int


@dataclass(frozen=True)
class Map:
    """A map to draw: shapes, archipelagos by name, and the least and greatest value of each class."""

    view_box: str
    shapes: list[Shape]
    islands: dict[str, Shape]
    classes: list[tuple[float, float]]


def classify(values: list[float]) -> list[tuple[float, float]]:
    """Return the least and greatest value of up to five classes of about as many provinces each.

    Equal values are never parted, so that a value has one colour.
    """
    ordered = sorted(values)
    edges = sorted({ordered[len(ordered) * place // _CLASSES] for place in range(_CLASSES)}) if ordered else []
    groups = [
        [value for value in ordered if low <= value and (place + 1 == len(edges) or value < edges[place + 1])]
        for place, low in enumerate(edges)
    ]
    return [(group[0], group[-1]) for group in groups]


def draw(values: Mapping[str, float | None], area_list: str) -> Map:
    """Return the map of a list, `34` or `63`; provinces without a value are hatched."""
    source = _source()
    classes = classify([value for value in values.values() if value is not None])

    def shape(area: str, path: str) -> Shape:
        value = values.get(area)
        ranks = [rank for rank, (low, high) in enumerate(classes, 1) if value is not None and low <= value <= high]
        return Shape(area, path, ranks[0] if ranks else 0)

    return Map(
        source["view_box"],
        [shape(area, path) for area, path in source["provinces"][area_list].items()],
        {name: shape(island["area"], island["path"]) for name, island in source["islands"].items()},
        classes,
    )


@cache
def _source() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path(__file__).with_name("map.json").read_text(encoding="utf-8"))
    return found
