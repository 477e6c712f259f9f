"""Return 05/QTT-TNCN with annex 05-1/BK-QTT-TNCN: one document per employer and year, one line per employee.

Read as a stream, since the return of a large employer has a hundred thousand lines. Layout of Circular 92/2015/TT-BTC:
HSoKhaiThue > TTinChung holds the return's own data, PLuc_05_1_BK_QTT > BKeCTietCNhan > CTietCNhan the lines.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from lxml import etree

from connectors.xml import refuse_document_type

_LINE = "CTietCNhan"
_PAYER = "NNT"


class ReturnReader:
    """Collects lines of returns as columns of text.

    Args:
        names: names of the columns; a leading `@` marks an element of the return's head, `id` the line's number.
    """

    def __init__(self, names: list[str]) -> None:
        self._head_names = [name for name in names if name.startswith("@")]
        self._line_names = [name for name in names if not name.startswith("@") and name != "id"]
        self._lines: list[tuple[dict[str, str | None], dict[str, str | None]]] = []
        self._names = names

    def __len__(self) -> int:
        return len(self._lines)

    def read(self, document: IO[bytes]) -> Iterator[None]:
        """Read a document, pausing after each line so that the caller can take what there is.

        Raises:
            etree.XMLSyntaxError: the document is cut or not well-formed.
            UnsafeXML: it declares a document type.
        """
        tags = [f"{{*}}{name.removeprefix('@')}" for name in self._head_names]
        events = etree.iterparse(
            document, tag=[f"{{*}}{_LINE}", *tags], resolve_entities=False, no_network=True, load_dtd=False,
            huge_tree=False, remove_comments=True, remove_pis=True,
        )  # fmt: skip
        head: dict[str, str | None] = {}
        for _, element in events:
            name = element.tag.rpartition("}")[2]
            if name == _LINE:
                start = len(element.tag) - len(name)
                line = {child.tag[start:]: child.text for child in element}
                line["id"] = element.get("id")
                self._lines.append((head, line))
                element.clear()
                while (before := element.getprevious()) is not None:
                    element.getparent().remove(before)
                yield
            else:
                parent = element.getparent()
                if name != "mst" or (parent is not None and parent.tag.endswith(_PAYER)):
                    head.setdefault(f"@{name}", element.text)
        refuse_document_type(events.root)

    def forget_from(self, row: int) -> None:
        """Drop the lines from a row on."""
        del self._lines[row:]

    def take(self) -> tuple[dict[str, list[str | None]], set[str]]:
        """Return the columns collected so far and the names of unknown elements, and start anew."""
        lines, self._lines = self._lines, []
        columns = {
            name: [head.get(name) for head, _ in lines]
            if name.startswith("@")
            else [line.get(name) for _, line in lines]
            for name in self._names
        }
        unknown = set().union(*(line.keys() for _, line in lines)) - set(self._names) if lines else set()
        return columns, unknown
