"""Claim envelope GIAMDINHHS of Decisions 130/QD-BYT, 4750/QD-BYT and 3176/QD-BYT, read in a process of its own.

    GIAMDINHHS > THONGTINDONVI/MACSKCB, THONGTINHOSO > NGAYLAP, SOLUONGHOSO, DANHSACHHOSO > HOSO > FILEHOSO
    FILEHOSO: LOAIHOSO (XML1..XML15), NOIDUNGFILE (base64 of the table as XML)

Only the tables asked for are decoded. XML6 (HIV) and XML15 (tuberculosis) are never asked for, so their content is
neither decoded nor kept, not even in quarantine.
"""

from __future__ import annotations

import binascii
import hashlib
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

import fsspec
from lxml import etree

from connectors.source import File, Reject
from connectors.xml import UnsafeXML, parse, reason

# Tables that must not leave the envelope, whatever a contract asks for.
FORBIDDEN = frozenset({"XML6", "XML15"})
_MAX_BYTES = 512 * 2**20
# Values of the envelope that a contract may ask for, and the element that makes a record.
GIVEN = ("@FILE", "@NGAYLAP")
KEY = "MA_LK"
_DECLARATION = re.compile(rb'<\?xml version="1\.0" encoding="utf-8"\?>\s*', re.IGNORECASE)
_PARTS_AT_ONCE = 200
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True)
class Task:
    """Envelopes to read: where the folder is, which files, and the wanted fields of each wanted table."""

    uri: str
    folder: str
    paths: list[str]
    tables: dict[str, list[str]]


@dataclass
class Table:
    """What was read of one table: rows of the wanted fields, unreadable parts, all field names that were seen."""

    wanted: list[str]
    rows: list[tuple[str | None, ...]] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def columns(self) -> dict[str, list[str | None]]:
        """Return the rows as columns."""
        columns = zip(*self.rows, strict=True) if self.rows else ((),) * len(self.wanted)
        return {name: list(values) for name, values in zip(self.wanted, columns, strict=True)}


class Collector:
    """Picks the wanted fields out of the records of one table.

    Records of a table look alike, so where each field stands is worked out once for each number of fields; after that
    only the wanted fields are looked at, and whether they still stand there.
    """

    def __init__(self, table: Table) -> None:
        self._table = table
        self._fields = [name for name in table.wanted if not name.startswith("@")]
        self._layouts: dict[int, tuple[Any, list[str], Any]] = {}

    def add(self, record: etree._Element, given: tuple[str | None, ...]) -> None:
        """Append a record; `given` are the envelope's own values."""
        children = list(record)
        layout = self._layouts.get(len(children))
        if layout is not None:
            pick, names, arrange = layout
            picked = pick(children)
            if [child.tag for child in picked] == names:
                self._table.rows.append(arrange([*given, None, *[child.text for child in picked]]))
                return
        self._learn(children)
        self.add(record, given)

    def _learn(self, children: list[etree._Element]) -> None:
        places = {child.tag: place for place, child in enumerate(children)}
        self._table.seen.update(places)
        found = [name for name in self._fields if name in places]
        # Two places at least, so that the getter returns a tuple.
        pick = itemgetter(*[places[name] for name in found], *[0] * 2)
        names = [*found, *[children[0].tag] * 2]
        order = {name: place for place, name in enumerate([*GIVEN, None, *found])}
        arrange = itemgetter(*[order.get(name, len(GIVEN)) for name in self._table.wanted])
        self._layouts[len(children)] = (pick, names, arrange)


@dataclass
class Read:
    """Result of a task."""

    tables: dict[str, Table]
    files: list[File] = field(default_factory=list)
    warnings: set[str] = field(default_factory=set)


def read(task: Task) -> Read:
    """Read envelopes; one that cannot be read is held as a single row of XML1."""
    system, root = fsspec.core.url_to_fs(task.uri)
    result = Read({name: Table(wanted) for name, wanted in task.tables.items()})
    collectors = {name: Collector(table) for name, table in result.tables.items()}
    for path in task.paths:
        data = system.cat_file(f"{root.rstrip('/')}/{task.folder}/{path}")
        name = f"{task.folder}/{path}"
        file = File(name, hashlib.sha256(data).hexdigest(), len(data))
        result.files.append(file)
        try:
            _read_envelope(result, collectors, path, parse(unpacked(data)))
        except (etree.XMLSyntaxError, UnsafeXML, zlib.error) as error:
            # The file itself stays in the folder; it may hold tables that must not be copied.
            payload = {"file": name, "sha256": file.sha256, "bytes": file.bytes}
            message = f"envelope {name} cannot be read: {reason(error)}"
            result.tables["XML1"].rejects.append(Reject("readable", None, message, payload))
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


def _read_envelope(result: Read, collectors: dict[str, Collector], path: str, root: etree._Element) -> None:
    parts, claims = [], 0
    values: dict[str, str | None] = {"NGAYLAP": None, "SOLUONGHOSO": None}
    for element in root.iter("FILEHOSO", "HOSO", *values):
        if element.tag == "FILEHOSO":
            parts.append(element)
        elif element.tag == "HOSO":
            claims += 1
        else:
            values[element.tag] = element.text
    given = (path, values["NGAYLAP"])
    contents: dict[str, list[str]] = {}
    for part in parts:
        content = {child.tag: child.text for child in part}
        name = (content.get("LOAIHOSO") or "").strip().upper()
        if name in result.tables and name not in FORBIDDEN:
            contents.setdefault(name, []).append(content.get("NOIDUNGFILE") or "")
    for name, encoded in contents.items():
        for text, parsed in zip(encoded, _parsed(encoded), strict=True):
            if isinstance(parsed, Exception):
                payload: dict[str, Any] = {"file": path, "LOAIHOSO": name, "NOIDUNGFILE": text}
                message = f"part {name} of {path} cannot be read: {reason(parsed)}"
                result.tables[name].rejects.append(Reject("readable", "NOIDUNGFILE", message, payload))
            else:
                for record in parsed:
                    collectors[name].add(record, given)
    announced = (values["SOLUONGHOSO"] or "").strip()
    if announced and announced != str(claims):
        result.warnings.add(f"{path} announces {announced} claims and holds {claims}")


def _parsed(contents: list[str]) -> Iterator[list[etree._Element] | Exception]:
    """Yield the records of each part, or what is wrong with it."""
    for start in range(0, len(contents), _PARTS_AT_ONCE):
        some = contents[start : start + _PARTS_AT_ONCE]
        yield from _parsed_at_once(some) or map(_parsed_alone, some)


def _parsed_at_once(contents: list[str]) -> list[list[etree._Element]] | None:
    """Return the records of some parts, parsed as one document, which saves a fifth of the time; None if one is odd."""
    bodies = []
    for content in contents:
        try:
            document = binascii.a2b_base64(content, strict_mode=True)
        except ValueError:
            return None
        declaration = _DECLARATION.match(document)
        bodies.append(document[declaration.end() :] if declaration else document)
        if not bodies[-1].startswith(b"<") or bodies[-1].startswith((b"<?", b"<!")):
            return None
    try:
        roots = list(parse(b"<parts>" + b"".join(bodies) + b"</parts>"))
        return [_records(root) for root in roots] if len(roots) == len(contents) else None
    except (etree.XMLSyntaxError, UnsafeXML):
        return None


def _parsed_alone(content: str) -> list[etree._Element] | Exception:
    try:
        document = binascii.a2b_base64("".join(content.split()), strict_mode=True)
    except ValueError as error:
        return ValueError(f"it is not base64 ({error})")
    try:
        return _records(parse(document))
    except (etree.XMLSyntaxError, UnsafeXML) as error:
        return error


def _records(root: etree._Element) -> list[etree._Element]:
    """Return the records of a table: the elements that hold the key, whatever the Decision wraps around them.

    Raises:
        UnsafeXML: there is something in it, but no record.
    """
    if len(root) and root[0].tag == KEY:
        return [root]
    records = [parent for key in root.iter(KEY) if (parent := key.getparent()) is not None]
    if not records and etree.tostring(root, method="text", encoding="unicode").strip():
        raise UnsafeXML(f"it has no {KEY}")
    return records
