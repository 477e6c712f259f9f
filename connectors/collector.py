"""Elements of XML as columns of text, read from a tree or cut out of the text."""

from __future__ import annotations

from collections.abc import Mapping
from operator import itemgetter
from typing import Any

from lxml import etree

from connectors.cutter import Cut, Cutter
from connectors.packed import Packed, pack


class Collector:
    """Picks the wanted children out of elements that look much alike.

    Where each child stands is worked out once for each number of children; after that only the wanted ones are looked
    at, and whether they still stand there.

    Args:
        wanted: names of the columns; a leading `@` marks a value that comes from around the elements.
        key: a child that makes an element one of those that are collected.
        attribute: a column that is an attribute of the elements.
    """

    def __init__(self, wanted: list[str], key: str | None = None, attribute: str | None = None) -> None:
        self.seen: set[str] = set()
        self.cutter = Cutter(wanted, key, attribute)
        self._wanted = wanted
        self._attribute = attribute
        self._given = [name for name in wanted if name.startswith("@")]
        self._layouts: dict[int, tuple[list[int], list[str], Any]] = {}
        self._columns: list[list[str | None]] = [[] for _ in wanted]
        self._rows = 0

    def __len__(self) -> int:
        return self._rows

    def add(self, elements: list[etree._Element], given: Mapping[str, str | None]) -> None:
        """Append elements of a tree; `given` are the values around them."""
        if not elements:
            return
        head = [given[name] for name in self._given]
        rows = []
        for element in elements:
            places, tags, arrange = self._layouts.get(len(element)) or self._learn(element)
            picked = [element[place] for place in places]
            if [child.tag for child in picked] != tags:
                places, tags, arrange = self._learn(element)
                picked = [element[place] for place in places]
            own = element.get(self._attribute, "") if self._attribute else None
            rows.append(arrange([*head, own, None, *[child.text for child in picked]]))
        for column, values in zip(self._columns, zip(*rows, strict=True), strict=True):
            column.extend(values)
        self._rows += len(rows)
        self.cutter.learn(elements[-1].tag, [child.tag for child in elements[-1]])

    def add_cut(self, cut: Cut, given: Mapping[str, str | None]) -> None:
        """Append elements that were cut out of the text."""
        rows = len(cut)
        for name, column in zip(self._wanted, self._columns, strict=True):
            column.extend(cut.columns.get(name) or [given.get(name)] * rows)
        self._rows += rows

    def forget_from(self, row: int) -> None:
        """Drop the rows from a position on."""
        for column in self._columns:
            del column[row:]
        self._rows = row

    def packed(self) -> Packed:
        """Return the rows, ready to be sent to another process."""
        return pack(self._rows, dict(zip(self._wanted, self._columns, strict=True)))

    def _learn(self, element: etree._Element) -> tuple[list[int], list[str], Any]:
        """Work out where the wanted children of an element stand; in which namespace makes no difference."""
        tags = [child.tag for child in element]
        found = {tag.rpartition("}")[2]: place for place, tag in enumerate(tags)}
        self.seen.update(found)
        names = [name for name in self._wanted if name in found]
        order = {name: place for place, name in enumerate([*self._given, self._attribute, None, *names])}
        nothing = len(self._given) + 1
        arrange = itemgetter(*[order.get(name, nothing) for name in self._wanted])
        places = [found[name] for name in names]
        layout = self._layouts[len(element)] = (places, [tags[place] for place in places], arrange)
        return layout
