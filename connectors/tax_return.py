"""Return 05/QTT-TNCN with annex 05-1/BK-QTT-TNCN: one document per employer and year, one line per employee.

Layout of Circular 92/2015/TT-BTC: HSoKhaiThue > TTinChung holds the return's own data, PLuc_05_1_BK_QTT the
lines, each a BKeCTietCNhan with id="ID_<number>". Read in a process of its own where there is much to read.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import IO

from lxml import etree

from ansinh.errors import AnsinhError
from connectors.collector import Collector
from connectors.cutter import Cut
from connectors.packed import Packed
from connectors.source import Reject
from connectors.xml import UnsafeXML, parse, reason, refuse_document_type

_LINE, _PAYER = "BKeCTietCNhan", "NNT"
# Documents up to this size are parsed as a tree, which is twice as fast; the return of a large employer as a stream.
_TREE_BYTES = 16 * 2**20
# Bytes of a return whose lines are cut out at once.
_PIECE_BYTES = 4 * 2**20
# A return larger than this is no return: those of the largest employers stay below a tenth of it.
_MAX_BYTES = 2**30
_KEPT_BYTES = 100_000
_DEFAULT_NAMESPACE = re.compile(rb'(<HSoThueDTu)\s+xmlns="[^"]*"')

_Head = dict[str, str | None]


@dataclass(frozen=True)
class Task:
    """Returns to read: an archive, some of its entries, and the wanted names.

    A leading `@` marks an element of the return's head, `id` is the line's number. `bytes` is the size of the text.
    """

    archive_id: str
    path: str
    entries: list[str]
    wanted: list[str]
    bytes: int = 0


@dataclass
class Read:
    """Lines in the order of the wanted names, documents that could not be read, all names that were seen."""

    lines: Packed
    rejects: list[Reject] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)


def read(tasks: list[Task]) -> Read:
    """Read returns of a few archives; one that cannot be read to its end is held as a single row.

    Raises:
        AnsinhError: an archive is damaged.
    """
    collector, rejects = Collector(tasks[0].wanted if tasks else [], attribute="id"), list[Reject]()
    for task in tasks:
        try:
            rejects += _read(task, collector)
        except zipfile.BadZipFile as error:
            raise damaged(task.archive_id, error) from error
    return Read(collector.packed(), rejects, collector.seen)


def damaged(archive_id: str, error: zipfile.BadZipFile) -> AnsinhError:
    """Return what is said about an archive that cannot be unpacked."""
    return AnsinhError(f"Archive {archive_id} is damaged: {error}.", "Ask the registry to send it again.")


def _read(task: Task, collector: Collector) -> list[Reject]:
    """Collect the lines of an archive and return what could not be read."""
    rejects = []
    given = [name for name in task.wanted if name.startswith("@")]
    tags = [f"{{*}}{name.removeprefix('@')}" for name in given] + [f"{{*}}{_LINE}"]
    with zipfile.ZipFile(task.path) as archive:
        for entry in map(archive.getinfo, task.entries):
            start = len(collector)
            try:
                _collect(archive, entry, dict.fromkeys(given), tags, collector)
            except (etree.XMLSyntaxError, UnsafeXML) as error:
                collector.forget_from(start)
                rejects.append(_unreadable(archive, entry, task.archive_id, error))
    return rejects


def _collect(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, head: _Head, tags: list[str], collector: Collector
) -> None:
    """Collect the lines of a return."""
    if entry.file_size > _MAX_BYTES:
        raise UnsafeXML(f"it has {entry.file_size} bytes")
    if collector.cutter.ready:
        with archive.open(entry) as document:
            if _collect_cut(_pieces(document), head, tags, collector):
                return
    elements = _tree(archive, entry, tags) if entry.file_size <= _TREE_BYTES else _stream(archive, entry, tags)
    _walk(elements, head, lambda line: collector.add([line], head))


def _collect_cut(pieces: Iterable[bytes], head: _Head, tags: list[str], collector: Collector) -> bool:
    """Collect the lines without a tree; return False, and collect nothing, where there must be one."""
    cuts: list[Cut] = []
    for piece in pieces:
        cut = collector.cutter.cut(piece)
        if cut is None:
            return False
        cuts.append(cut)
    around = [text for cut in cuts for text in cut.around]
    if any(around[1:-1]):
        return False
    try:
        # One line stands for all of them: the parser has to find it in its place.
        elements = [*parse(f"{around[0]}<{_LINE}/>{around[-1]}".encode()).iter(*tags)]
    except (etree.XMLSyntaxError, UnsafeXML):
        return False
    if sum(_name(element) == _LINE for element in elements) != 1:
        return False

    def take(_: etree._Element) -> None:
        for cut in cuts:
            collector.add_cut(cut, head)

    _walk(elements, head, take)
    return True


def _pieces(document: IO[bytes]) -> Iterator[bytes]:
    """Yield a return in pieces of bounded size; all but the last end behind a line."""
    waiting, end = b"", f"</{_LINE}>".encode()
    while len(data := document.read(_PIECE_BYTES)) == _PIECE_BYTES:
        waiting += data
        if (stop := waiting.rfind(end)) >= 0:
            yield _without_namespace(waiting[: stop + len(end)])
            waiting = waiting[stop + len(end) :]
    yield _without_namespace(waiting + data)


def _walk(elements: Iterable[etree._Element], head: _Head, take: Callable[[etree._Element], None]) -> None:
    """Fill in the head and hand over each line, with the head as far as it is known there."""
    for element in elements:
        name = _name(element)
        if name == _LINE:
            take(element)
        elif head[f"@{name}"] is None and (name != "mst" or _is_payer(element)):
            head[f"@{name}"] = element.text


def _name(element: etree._Element) -> str:
    return _local(element.tag)


@lru_cache(maxsize=256)
def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _is_payer(element: etree._Element) -> bool:
    """Agents of the payer have a tax code, too."""
    parent = element.getparent()
    return parent is not None and _name(parent) == _PAYER


def _without_namespace(document: bytes) -> bytes:
    """Take the default namespace away: it says nothing here and makes the name of every element long."""
    found = _DEFAULT_NAMESPACE.search(document)
    return document[: found.end(1)] + document[found.end() :] if found else document


def _tree(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, tags: list[str]) -> Iterator[etree._Element]:
    yield from parse(_without_namespace(archive.read(entry))).iter(*tags)


def _stream(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, tags: list[str]) -> Iterator[etree._Element]:
    with archive.open(entry) as document:
        events = etree.iterparse(
            document, tag=tags, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
            remove_comments=True, remove_pis=True,
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
