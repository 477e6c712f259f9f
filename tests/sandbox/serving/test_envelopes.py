"""Claim envelopes, read back with an XML parser."""

from __future__ import annotations

import base64
import gzip
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
import pytest
from lxml import etree

from connectors.contract import Contract, all_contracts
from sandbox.serving.claim_xml import SENSITIVE_MARKER, SENSITIVE_TABLES, annex

CONTRACTS = [contract for contract in all_contracts() if contract.registry == "health"]


@dataclass
class Outbox:
    """What a reader of every envelope finds."""

    claims_per_file: dict[str, int] = field(default_factory=dict)
    records: dict[str, list[dict[str, str | None]]] = field(default_factory=dict)
    kinds: Counter[str] = field(default_factory=Counter)
    sensitive: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def outbox(country: Path) -> Outbox:
    found = Outbox()
    for path in sorted((country / "outbox").glob("*/*.xml.gz")):
        root = etree.fromstring(gzip.decompress(path.read_bytes()))
        facility, day, _ = path.name.split("_")
        assert root.findtext("THONGTINDONVI/MACSKCB") == facility
        assert root.findtext("THONGTINHOSO/NGAYLAP") == day
        assert path.parent.name == f"{day[:4]}-{day[4:6]}"
        dossiers = root.findall("THONGTINHOSO/DANHSACHHOSO/HOSO")
        assert root.findtext("THONGTINHOSO/SOLUONGHOSO") == str(len(dossiers))
        assert root.find("CHUKYDONVI") is not None
        found.claims_per_file[f"{path.parent.name}/{path.name}"] = len(dossiers)
        for part in root.iter("FILEHOSO"):
            kind = part.findtext("LOAIHOSO") or ""
            content = base64.b64decode(part.findtext("NOIDUNGFILE") or "", validate=True)
            found.kinds[kind] += 1
            inner = etree.fromstring(content)
            if kind in SENSITIVE_TABLES:
                found.sensitive.append(content.decode())
            for key in inner.iter("MA_LK"):
                record = {child.tag: child.text for child in key.getparent()}  # type: ignore[union-attr]
                found.records.setdefault(kind, []).append(record | {"@NGAYLAP": day})
    return found


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.source_table)
def test_every_row_of_a_table_is_sent(country: Path, outbox: Outbox, contract: Contract) -> None:
    fields = [f for f in contract.fields if f.source != "@FILE"]
    table = pl.read_parquet(country / "tables" / f"{contract.name}.parquet")
    texts = [
        pl.col(f.name).dt.strftime(f.date_format) if f.date_format else pl.col(f.name)
        for f in fields
    ]  # fmt: skip
    wanted = [
        tuple(None if value is None else f"{value:f}" if f.logical_type == "number" else str(value)
              for f, value in zip(fields, row, strict=True))
        for row in table.select(texts).iter_rows()
    ]  # fmt: skip
    sent = [
        tuple(record[f.source] if f.logical_type != "number" or record[f.source] is None
              else f"{float(record[f.source] or 0):.3f}" for f in fields)
        for record in outbox.records[contract.source_table]
    ]  # fmt: skip
    assert Counter(sent) == Counter(wanted)


def test_an_envelope_is_the_file_that_the_table_names(country: Path, outbox: Outbox) -> None:
    claims = pl.read_parquet(country / "tables" / "health_claim.parquet")
    path = pl.format("{}/{}", pl.col("submitted_date").dt.strftime("%Y-%m"), "submitted_file")
    assert outbox.claims_per_file == dict(claims.group_by(path).len().iter_rows())


@pytest.mark.parametrize("table", ["XML1", "XML2", "XML3", "XML7", "XML9", "XML11"])
def test_fields_stand_in_the_order_of_the_annex(outbox: Outbox, table: str) -> None:
    everything = [tag for tag, _ in annex(table)]
    before_4750 = [tag for tag, added in annex(table) if not added]
    for record in outbox.records[table]:
        # The facility of the first day moved to Decision 4750 late.
        old = record["@NGAYLAP"] == "20241201"
        assert [tag for tag in record if tag != "@NGAYLAP"] == (before_4750 if old else everything)


def test_sensitive_parts_are_there_and_marked(country: Path, outbox: Outbox) -> None:
    listed = pl.read_parquet(country / "tables" / "_health_sensitive.parquet")
    assert outbox.kinds["XML6"] == outbox.kinds["XML15"] == len(listed)
    assert all(SENSITIVE_MARKER in content for content in outbox.sensitive)
    plain = [
        str(record) for kind, records in outbox.records.items() if kind not in SENSITIVE_TABLES for record in records
    ]
    assert not any(SENSITIVE_MARKER in record for record in plain)
