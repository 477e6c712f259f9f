"""Elements of XML as columns of text."""

from __future__ import annotations

from collections.abc import Mapping
from operator import itemgetter
from typing import Any

import polars as pl
from lxml import etree


class Collector:
    """Picks the wanted children out of elements that look much alike.

    Where each child stands is worked out once for each number of children; after that only the wanted ones are looked
    at, and whether they still stand there.

    Args:
        wanted: names of the columns; a leading `@` marks a value that comes from around the elements.
    """

    def __init__(self, wanted: list[str]) -> None:
        self.seen: set[str] = set()
        self._wanted = wanted
        self._given = [name for name in wanted if name.startswith("@")]
        self._layouts: dict[int, tuple[list[int], list[str], Any]] = {}
        self._rows: list[tuple[str | None, ...]] = []

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, elements: list[etree._Element], given: Mapping[str, str | None]) -> None:
        """Append elements without a namespace; `given` are the values around them."""
        head = [*[given[name] for name in self._given], None]
        for element in elements:
            places, names, arrange = self._layouts.get(len(element)) or self._learn(element)
            picked = [element[place] for place in places]
            if [child.tag for child in picked] != names:
                places, names, arrange = self._learn(element)
                picked = [element[place] for place in places]
            self._rows.append(arrange([*head, *[child.text for child in picked]]))

    def forget_from(self, row: int) -> None:
        """Drop the rows from a position on."""
        del self._rows[row:]

    def frame(self) -> pl.DataFrame:
        """Return the rows as columns of text."""
        columns = zip(*self._rows, strict=True) if self._rows else ((),) * len(self._wanted)
        values = dict(zip(self._wanted, columns, strict=True))
        return pl.DataFrame(values, schema=dict.fromkeys(self._wanted, pl.String()))

    def _learn(self, element: etree._Element) -> tuple[list[int], list[str], Any]:
        found = {child.tag: place for place, child in enumerate(element)}
        self.seen.update(found)
        names = [name for name in self._wanted if name in found]
        order = {name: place for place, name in enumerate([*self._given, None, *names])}
        arrange = itemgetter(*[order.get(name, len(self._given)) for name in self._wanted])
        layout = self._layouts[len(element)] = ([found[name] for name in names], names, arrange)
        return layout
