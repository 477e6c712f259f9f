"""Claim envelope GIAMDINHHS of Decisions 130/QD-BYT, 4750/QD-BYT and 3176/QD-BYT, read in a process of its own.

    GIAMDINHHS > THONGTINDONVI/MACSKCB, THONGTINHOSO > NGAYLAP, SOLUONGHOSO, DANHSACHHOSO > HOSO > FILEHOSO
    FILEHOSO: LOAIHOSO (XML1..XML15), NOIDUNGFILE (base64 of the table as XML)

Only the tables asked for are decoded. XML6 (HIV) and XML15 (tuberculosis) are never asked for, so their content is
neither decoded nor kept, not even in quarantine.
"""

from __future__ import annotations

import binascii
import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from connectors.collector import Collector
from connectors.cutter import Cut
from connectors.folder import Folder
from connectors.packed import Packed
from connectors.source import File, Reject
from connectors.xml import UnsafeXML, parse, reason

# Tables that must not leave the envelope, whatever a contract asks for.
FORBIDDEN = frozenset({"XML6", "XML15"})
_MAX_BYTES = 512 * 2**20
# The element that makes a record.
KEY = "MA_LK"
_DECLARATION = b'<?xml version="1.0" encoding="utf-8"?>'
_PARTS_AT_ONCE = 200
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True)
class Task:
    """Envelopes to read: of which month's folder in the outbox, which files, and the wanted fields of each table."""

    outbox: Folder
    folder: str
    paths: list[str]
    tables: dict[str, list[str]]


@dataclass
class Table:
    """What was read of one table: the wanted fields as text, unreadable parts, the names of all fields."""

    rows: Packed
    rejects: list[Reject]
    seen: set[str]


@dataclass
class Read:
    """Result of a task."""

    tables: dict[str, Table] = field(default_factory=dict)
    files: list[File] = field(default_factory=list)
    warnings: set[str] = field(default_factory=set)


def read(task: Task) -> Read:
    """Read envelopes; one that cannot be read is held as a single row of the first table."""
    result = Read()
    collectors = {name: Collector(wanted, key=KEY) for name, wanted in task.tables.items()}
    rejects: dict[str, list[Reject]] = {name: [] for name in task.tables}
    for path in task.paths:
        name = f"{task.folder}/{path}"
        data = task.outbox.read(name)
        file = File(name, hashlib.sha256(data).hexdigest(), len(data))
        result.files.append(file)
        try:
            envelope = parse(unpacked(data))
        except (etree.XMLSyntaxError, UnsafeXML, zlib.error) as error:
            # The file itself stays in the folder; it may hold tables that must not be copied.
            payload = {"file": name, "sha256": file.sha256, "bytes": file.bytes}
            message = f"envelope {name} cannot be read: {reason(error)}"
            rejects[min(rejects)].append(Reject("readable", None, message, payload))
        else:
            result.warnings |= _read_envelope(envelope, path, collectors, rejects)
    for name, collector in collectors.items():
        result.tables[name] = Table(collector.packed(), rejects[name], collector.seen)
    return result


def unpacked(data: bytes) -> bytes:
    """Return the text of an envelope.

    Raises:
        zlib.error: the file is damaged or cut.
        UnsafeXML: it unpacks to far more than an envelope holds.
    """
    if not data.startswith(_GZIP):
        return data
    unpack = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    text = unpack.decompress(data, _MAX_BYTES)
    if unpack.unconsumed_tail:
        raise UnsafeXML(f"it unpacks to more than {_MAX_BYTES >> 20} MB")
    if not unpack.eof:
        raise zlib.error("the file is cut")
    return text


def _read_envelope(
    envelope: etree._Element, path: str, collectors: dict[str, Collector], rejects: dict[str, list[Reject]]
) -> set[str]:
    """Collect the records of an envelope and return what is odd about it."""
    contents: dict[str, list[str]] = {name: [] for name in collectors}
    claims, values = 0, dict[str, str | None]()
    for element in envelope.iter("FILEHOSO", "HOSO", "NGAYLAP", "SOLUONGHOSO"):
        if element.tag == "FILEHOSO":
            part = {child.tag: child.text for child in element}
            name = (part.get("LOAIHOSO") or "").strip().upper()
            if name in contents and name not in FORBIDDEN:
                contents[name].append(part.get("NOIDUNGFILE") or "")
        elif element.tag == "HOSO":
            claims += 1
        else:
            values[element.tag] = element.text
    given = {"@FILE": path, "@NGAYLAP": values.get("NGAYLAP")}
    for name, texts in contents.items():
        for some in _lots(texts, collectors[name]):
            _collect(some, given, name, collectors[name], rejects[name])
    announced = (values.get("SOLUONGHOSO") or "").strip()
    if announced and announced != str(claims):
        return {f"{path} announces {announced} claims and holds {claims}"}
    return set()


def _lots(contents: list[str], collector: Collector) -> Iterator[list[str]]:
    """Yield parts of one table by the hundred, the very first alone, to learn from it what the others look like."""
    start = 0
    while start < len(contents):
        end = start + (_PARTS_AT_ONCE if collector.cutter.ready else 1)
        yield contents[start:end]
        start = end


def _collect(
    contents: list[str], given: dict[str, str | None], name: str, collector: Collector, rejects: list[Reject]
) -> None:
    """Collect the records of some parts: cut out, or of one tree, or part by part, the first way that can be gone."""
    joined = _joined(contents)
    cut = collector.cutter.cut(joined) if joined else None
    if cut is not None and _is_whole(cut, len(contents)):
        collector.add_cut(cut, given)
        return
    records = _records_at_once(joined, len(contents)) if joined else None
    if records is None:
        records = _records_one_by_one(contents, str(given["@FILE"]), name, rejects)
    collector.add(records, given)


def _joined(contents: list[str]) -> bytes | None:
    """Return parts as the content of one document, None if one is not base64."""
    try:
        documents = [binascii.a2b_base64(content, strict_mode=True) for content in contents]
    except ValueError:
        return None
    return b"".join([document.removeprefix(_DECLARATION) for document in documents])


def _is_whole(cut: Cut, parts: int) -> bool:
    """Whether nothing is left around the records but so many well-formed parts, each with a record."""
    around = f"<{cut.tag}/>".join(cut.around)
    # Names in a namespace are other names.
    if "xmlns" in around:
        return False
    try:
        root = parse(f"<parts>{around}</parts>".encode())
    except (etree.XMLSyntaxError, UnsafeXML):
        return False
    records = sum(1 for _ in root.iter(cut.tag))
    return records == len(cut) and next(root.iter(KEY), None) is None and _are_parts(root, parts, cut.tag)


def _are_parts(root: etree._Element, parts: int, tag: str) -> bool:
    """Whether an element holds so many parts, with no text between them, each with an element of that name."""
    return len(root) == parts and not root.xpath(f"text() | *[not(descendant-or-self::{tag})]")


def _records_at_once(joined: bytes, parts: int) -> list[etree._Element] | None:
    """Return the records of some parts, parsed as one document, which saves a fifth of the time; None if one is odd."""
    if b"<?" in joined or b"<!" in joined:
        return None
    try:
        root = parse(b"<parts>" + joined + b"</parts>")
    except (etree.XMLSyntaxError, UnsafeXML):
        return None
    if not _are_parts(root, parts, KEY):
        return None
    return [record for key in root.iter(KEY) if (record := key.getparent()) is not None]


def _records_one_by_one(contents: list[str], path: str, name: str, rejects: list[Reject]) -> list[etree._Element]:
    """Return the records of some parts; one that cannot be read is added to the rejects."""
    records = []
    for content in contents:
        try:
            records += _records(content)
        except (etree.XMLSyntaxError, UnsafeXML, ValueError) as error:
            payload: dict[str, Any] = {"file": path, "LOAIHOSO": name, "NOIDUNGFILE": content}
            message = f"part {name} of {path} cannot be read: {reason(error)}"
            rejects.append(Reject("readable", "NOIDUNGFILE", message, payload))
    return records


def _records(content: str) -> list[etree._Element]:
    """Return the records of a part: the elements that hold the key, whatever the Decision wraps around them.

    Raises:
        ValueError: it is not base64, or holds something that is not a record.
        etree.XMLSyntaxError: it is not XML.
    """
    try:
        document = binascii.a2b_base64("".join(content.split()), strict_mode=True)
    except ValueError as error:
        raise ValueError(f"it is not base64 ({error})") from error
    root = parse(document)
    records = [record for key in root.iter(KEY) if (record := key.getparent()) is not None]
    if not records and etree.tostring(root, method="text", encoding="unicode").strip():
        raise ValueError(f"it has no {KEY}")
    return records
