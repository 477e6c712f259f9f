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
        self._layouts: dict[int, tuple[Any, list[str], Any]] = {}
        self._rows: list[tuple[str | None, ...]] = []

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, elements: list[etree._Element], given: Mapping[str, str | None]) -> None:
        """Append elements without a namespace; `given` are the values around them."""
        head = [*[given[name] for name in self._given], None]
        for element in elements:
            children = list(element)
            pick, names, arrange = self._layouts.get(len(children)) or self._learn(children)
            picked = pick(children)
            if [child.tag for child in picked] != names:
                pick, names, arrange = self._learn(children)
                picked = pick(children)
            self._rows.append(arrange([*head, *[child.text for child in picked]]))

    def forget_from(self, row: int) -> None:
        """Drop the rows from a position on."""
        del self._rows[row:]

    def frame(self) -> pl.DataFrame:
        """Return the rows as columns of text."""
        columns = zip(*self._rows, strict=True) if self._rows else ((),) * len(self._wanted)
        values = dict(zip(self._wanted, columns, strict=True))
        return pl.DataFrame(values, schema=dict.fromkeys(self._wanted, pl.String()))

    def _learn(self, children: list[etree._Element]) -> tuple[Any, list[str], Any]:
        places = {child.tag: place for place, child in enumerate(children)}
        self.seen.update(places)
        found = [name for name in self._wanted if name in places]
        # A getter of one place would return no tuple, so two places are asked for once more.
        pick = itemgetter(*[places[name] for name in found], 0, 0)
        names = [*found, children[0].tag, children[0].tag]
        order = {name: place for place, name in enumerate([*self._given, None, *found])}
        arrange = itemgetter(*[order.get(name, len(self._given)) for name in self._wanted])
        layout = self._layouts[len(children)] = (pick, names, arrange)
        return layout
