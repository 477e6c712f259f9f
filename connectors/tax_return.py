"""Return 05/QTT-TNCN with annex 05-1/BK-QTT-TNCN: one document per employer and year, one line per employee.

Layout of Circular 92/2015/TT-BTC: HSoKhaiThue > TTinChung holds the return's own data, PLuc_05_1_BK_QTT the
lines, each a BKeCTietCNhan with id="ID_<number>". Read in a process of its own where there is much to read.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from lxml import etree

from connectors.source import Reject
from connectors.xml import UnsafeXML, parse, reason, refuse_document_type

_LINE, _PAYER = "BKeCTietCNhan", "NNT"
# Documents up to this size are parsed as a tree, which is twice as fast; the return of a large employer as a stream.
_TREE_BYTES = 16 * 2**20
# A return larger than this is no return: those of the largest employers stay below a tenth of it.
_MAX_BYTES = 2**30
_KEPT_BYTES = 100_000
_DEFAULT_NAMESPACE = re.compile(rb'(<HSoThueDTu)\s+xmlns="[^"]*"')


@dataclass(frozen=True)
class Task:
    """Returns to read: an archive, some of its entries, and the wanted names.

    A leading `@` marks an element of the return's head, `id` is the line's number.
    """

    archive_id: str
    path: str
    entries: list[str]
    wanted: list[str]


@dataclass
class Read:
    """Lines in the order of the wanted names, documents that could not be read, all names that were seen."""

    rows: list[tuple[str | None, ...]] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)


def read(task: Task) -> Read:
    """Read returns; one that cannot be read to its end is held as a single row.

    Raises:
        zipfile.BadZipFile: the archive is damaged.
    """
    result, layouts = Read(), dict[tuple[str, ...], Any]()
    with zipfile.ZipFile(task.path) as archive:
        for entry in map(archive.getinfo, task.entries):
            start = len(result.rows)
            try:
                for head, line in _lines(archive, entry, task.wanted):
                    children = list(line)
                    tags = tuple([child.tag for child in children])
                    arrange = layouts.get(tags)
                    if arrange is None:
                        arrange = layouts[tags] = _arrangement(tags, task.wanted, result.seen)
                    number = line.get("id", "").removeprefix("ID_")
                    result.rows.append(arrange([*head, number, None, *[child.text for child in children]]))
            except (etree.XMLSyntaxError, UnsafeXML) as error:
                del result.rows[start:]
                result.rejects.append(_unreadable(archive, entry, task.archive_id, error))
    return result


def _arrangement(tags: tuple[str, ...], wanted: list[str], seen: set[str]) -> Any:
    names = [tag.rpartition("}")[2] for tag in tags]
    seen.update(names)
    places = {name: place for place, name in enumerate([*_head_names(wanted), "id", None, *names])}
    return itemgetter(*[places.get(name, places[None]) for name in wanted])


def _head_names(wanted: list[str]) -> list[str]:
    return [name for name in wanted if name.startswith("@")]


def _lines(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, wanted: list[str]
) -> Iterator[tuple[list[str | None], etree._Element]]:
    """Yield the lines of a return with the values of its head."""
    if entry.file_size > _MAX_BYTES:
        raise UnsafeXML(f"it has {entry.file_size} bytes")
    tags = {f"{{*}}{name.removeprefix('@')}": name for name in _head_names(wanted)}
    head: dict[str, str | None] = dict.fromkeys(tags.values())
    elements = _tree(archive, entry, [*tags]) if entry.file_size <= _TREE_BYTES else _stream(archive, entry, [*tags])
    for element in elements:
        name = element.tag.rpartition("}")[2]
        if name == _LINE:
            yield list(head.values()), element
        elif head[f"@{name}"] is None and (name != "mst" or _is_payer(element)):
            head[f"@{name}"] = element.text


def _is_payer(element: etree._Element) -> bool:
    """Agents of the payer have a tax code, too."""
    parent = element.getparent()
    return parent is not None and parent.tag.rpartition("}")[2] == _PAYER


def _tree(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, tags: list[str]) -> Iterator[etree._Element]:
    # The default namespace says nothing here and makes the name of every element long.
    root = parse(_DEFAULT_NAMESPACE.sub(rb"\1", archive.read(entry), count=1))
    yield from root.iter(*tags, f"{{*}}{_LINE}")


def _stream(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, tags: list[str]) -> Iterator[etree._Element]:
    with archive.open(entry) as document:
        events = etree.iterparse(
            document, tag=[*tags, f"{{*}}{_LINE}"], resolve_entities=False, no_network=True, load_dtd=False,
            huge_tree=False, remove_comments=True, remove_pis=True,
        )  # fmt: skip
        for _, element in events:
            yield element
            if element.tag.endswith(_LINE):
                element.clear()
                while (before := element.getprevious()) is not None:
                    element.getparent().remove(before)
        refuse_document_type(events.root)


def _unreadable(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, archive_id: str, error: Exception) -> Reject:
    with archive.open(entry) as document:
        content = document.read(_KEPT_BYTES).decode(errors="replace").replace("\0", "")
    payload = {"archive": archive_id, "file": entry.filename, "bytes": entry.file_size, "content": content}
    return Reject("readable", None, f"{entry.filename} in {archive_id} cannot be read: {reason(error)}", payload)
