"""Elements of XML that are written alike, cut out of the text: several times cheaper than reading them from a tree.

The program of a registry writes its many elements all in one way. Once one of them was read from a tree, a regular
expression made after it finds the others. It allows for what means the same without a parser: the same children in the
same order, each with plain text, empty, or left out. Everything else stays in the text around, for a parser to judge.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_DECLARATION = re.compile(rb'<\?xml version="1\.0" encoding="(?:utf|UTF)-8"\?>')
# What is not allowed in XML, or is not the character that it seems to be: a parser turns a carriage return into a line
# feed. One look at all bytes finds the few texts where it could be.
_ODD = re.compile(rb"[\x00-\x08\x0b-\x1f]|]]>|\xef\xbf[\xbe\xbf]")
_SUSPICIOUS = bytes({*range(0x20), *b"]\xef"} - {*b"\t\n"})
# What begins otherwise than an element: a comment, CDATA, a document type, a processing instruction.
_ODDLY_BEGUN = re.compile("<[!?]")


@dataclass
class Cut:
    """Elements cut out of a text.

    Attributes:
        tag: name of the elements.
        around: the text before the first, between each two, and behind the last.
        columns: text of the wanted children, and of the wanted attribute, by name; None where a child has none.
    """

    tag: str
    around: list[str]
    columns: dict[str, list[str | None]]

    def __len__(self) -> int:
        return len(self.around) - 1


class Cutter:
    """Finds elements that look like one that it was shown.

    Args:
        wanted: names of the children whose text is wanted.
        key: a child that each element has; without it, every element of the same name is one of them.
        attribute: name of the one attribute that the elements have, if any.
    """

    def __init__(self, wanted: Sequence[str], key: str | None = None, attribute: str | None = None) -> None:
        self._wanted = frozenset(wanted)
        self._key = key
        self._attribute = attribute
        self._shown: tuple[str, list[str]] | None = None
        self._pattern: re.Pattern[str] | None = None
        self._names: list[str] = []

    @property
    def ready(self) -> bool:
        """Whether it was shown an element."""
        return self._pattern is not None

    def learn(self, tag: str, children: list[str]) -> None:
        """Look for elements of this name with these children from now on."""
        if self._shown == (tag, children) or len({*children}) < len(children) or "{" in "".join([tag, *children]):
            return
        self._shown = (tag, children)
        self._names = [*([self._attribute] if self._attribute else []), *filter(self._wanted.__contains__, children)]
        name = re.escape(tag)
        start = f' {self._attribute}="([^"<&\\s]++)"' if self._attribute else ""
        # The module re keeps what it has compiled, so a process compiles each form once.
        self._pattern = re.compile(f"<{name}{start}>{''.join(map(self._child, children))}</{name}>")

    def cut(self, data: bytes) -> Cut | None:
        """Return the elements in a document or a piece of one; None where characters need a parser."""
        if self._pattern is None or self._shown is None or (text := _plain(data)) is None:
            return None
        parts = self._pattern.split(text)
        step = 1 + len(self._names)
        around = parts[::step]
        if _ODDLY_BEGUN.search("".join(around)):
            return None
        return Cut(self._shown[0], around, {name: parts[i::step] for i, name in enumerate(self._names, 1)})

    def _child(self, name: str) -> str:
        text = "([^<&]++)" if name in self._wanted else "[^<&]++"
        tag = re.escape(name)
        return f"(?><{tag}(?:>{text}</{tag}>|/>|></{tag}>))" + ("" if name == self._key else "?+")


def _plain(data: bytes) -> str | None:
    """Return the text of a document without its declaration, or None where a parser must say what it is."""
    declaration = _DECLARATION.match(data)
    data = data[declaration.end() :] if declaration else data
    if len(data.translate(None, _SUSPICIOUS)) < len(data) and _ODD.search(data):
        return None
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None
