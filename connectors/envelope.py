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
from dataclasses import dataclass, field
from typing import Any

import fsspec
from lxml import etree

from connectors.source import File, Reject
from connectors.xml import UnsafeXML, parse, reason

# Tables that must not leave the envelope, whatever a contract asks for.
FORBIDDEN = frozenset({"XML6", "XML15"})
_MAX_BYTES = 512 * 2**20
_GZIP = b"\x1f\x8b"

Rows = list[dict[str, str | None]]


@dataclass(frozen=True)
class Task:
    """Envelopes to read: where the folder is, which files, and the wanted fields of each wanted table."""

    uri: str
    folder: str
    paths: list[str]
    tables: dict[str, list[str]]


@dataclass
class Table:
    """What was read of one table: columns of text, unreadable parts, names of fields that nobody asked for."""

    columns: dict[str, list[str | None]]
    rejects: list[Reject] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)


@dataclass
class Read:
    """Result of a task."""

    tables: dict[str, Table]
    files: list[File] = field(default_factory=list)
    warnings: set[str] = field(default_factory=set)


def read(task: Task) -> Read:
    """Read envelopes; one that cannot be read is held as a single row of XML1."""
    system, root = fsspec.core.url_to_fs(task.uri)
    result = Read({name: Table({column: [] for column in wanted}) for name, wanted in task.tables.items()})
    for path in task.paths:
        data = system.cat_file(f"{root.rstrip('/')}/{task.folder}/{path}")
        name = f"{task.folder}/{path}"
        file = File(name, hashlib.sha256(data).hexdigest(), len(data))
        result.files.append(file)
        try:
            _read_envelope(result, task.tables, name, parse(_unpacked(data)))
        except (etree.XMLSyntaxError, UnsafeXML, zlib.error) as error:
            # The file itself stays in the folder; it may hold tables that must not be copied.
            payload = {"file": name, "sha256": file.sha256, "bytes": file.bytes}
            message = f"envelope {name} cannot be read: {reason(error)}"
            result.tables["XML1"].rejects.append(Reject("readable", None, message, payload))
    return result


def _unpacked(data: bytes) -> bytes:
    if not data.startswith(_GZIP):
        return data
    unpack = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    text = unpack.decompress(data, _MAX_BYTES)
    if unpack.unconsumed_tail:
        raise UnsafeXML(f"it unpacks to more than {_MAX_BYTES >> 20} MB")
    if not unpack.eof:
        raise zlib.error("the file is cut")
    return text


def _read_envelope(result: Read, wanted: dict[str, list[str]], name: str, root: etree._Element) -> None:
    given: dict[str, str | None] = {"@FILE": name, "@NGAYLAP": root.findtext(".//NGAYLAP")}
    rows: dict[str, Rows] = {table: [] for table in wanted}
    for part in root.iter("FILEHOSO"):
        table = (part.findtext("LOAIHOSO") or "").strip().upper()
        if table not in rows or table in FORBIDDEN:
            continue
        content = part.findtext("NOIDUNGFILE") or ""
        try:
            records = _records(parse(_decoded(content)))
        except (etree.XMLSyntaxError, UnsafeXML, ValueError) as error:
            payload: dict[str, Any] = {"file": name, "LOAIHOSO": table, "NOIDUNGFILE": content}
            message = f"part {table} of {name} cannot be read: {reason(error)}"
            result.tables[table].rejects.append(Reject("readable", "NOIDUNGFILE", message, payload))
        else:
            rows[table] += records
    announced, found = root.findtext(".//SOLUONGHOSO"), sum(1 for _ in root.iter("HOSO"))
    if announced is not None and announced.strip() != str(found):
        result.warnings.add(f"{name} announces {announced.strip()} claims and holds {found}")
    for table, records in rows.items():
        target = result.tables[table]
        target.seen.update(*records)
        for column, values in target.columns.items():
            if column.startswith("@"):
                values += [given.get(column)] * len(records)
            else:
                values += [record.get(column) for record in records]


def _decoded(content: str) -> bytes:
    text = "".join(content.split())
    try:
        return binascii.a2b_base64(text, strict_mode=True)
    except ValueError as error:
        raise ValueError(f"it is not base64 ({error})") from error


def _records(root: etree._Element) -> Rows:
    """Return the records of a table: the elements that hold the key, whatever the Decision wraps around them."""
    if root.find("MA_LK") is not None:
        return [{element.tag: element.text for element in root}]
    records = []
    for key in root.iter("MA_LK"):
        record = key.getparent()
        if record is not None:
            records.append({element.tag: element.text for element in record})
    return records
