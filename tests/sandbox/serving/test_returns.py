"""Tax returns in their archives."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import polars as pl
import pytest
from lxml import etree

from connectors.contract import load_contract
from sandbox.serving.returns import NAMESPACE

NS = {"t": NAMESPACE}


@pytest.fixture(scope="module")
def documents(country: Path) -> dict[str, etree._Element]:
    folder = country / "serving" / "tax"
    found: dict[str, etree._Element] = {}
    for archive in json.loads((folder / "archives.json").read_text()):
        with zipfile.ZipFile(folder / f"{archive['archive_id']}.zip") as content:
            assert len(content.namelist()) == archive["returns"]
            found |= {Path(name).stem: etree.fromstring(content.read(name)) for name in content.namelist()}
    return found


def test_every_line_of_the_table_is_in_its_return(country: Path, documents: dict[str, etree._Element]) -> None:
    contract = load_contract("tax", "wage_income")
    table = pl.read_parquet(country / "tables" / "tax_wage_income.parquet")
    assert set(documents) == set(table["return_id"])
    fields = [field for field in contract.fields if field.source.startswith("ct")]
    for row in table.iter_rows(named=True):
        (line,) = documents[row["return_id"]].findall(f".//t:BKeCTietCNhan[@id='ID_{row['line_no']}']", NS)
        written = {etree.QName(child).localname: child.text for child in line.iter("{*}*")}
        written.pop(etree.QName(line).localname)
        wanted = {field.source: row[field.name] for field in fields if row[field.name] is not None}
        assert written == {tag: str(int(v) if isinstance(v, bool) else v) for tag, v in wanted.items()}


def test_header_and_totals(country: Path, documents: dict[str, etree._Element]) -> None:
    table = pl.read_parquet(country / "tables" / "tax_wage_income.parquet")
    for (return_id,), lines in table.group_by("return_id"):
        document = documents[str(return_id)]
        first = lines.row(0, named=True)

        def text(path: str, document: etree._Element = document) -> str | None:
            return document.findtext(f".//{path}", namespaces=NS)

        assert text("t:TKhaiThue/t:maTKhai") == return_id
        assert text("t:kyKKhaiThue/t:kyKKhai") == str(first["tax_year"])
        assert text("t:TKhaiThue/t:soLan") == str(first["amendment_no"])
        assert text("t:TTinTKhaiThue/t:ngayNop") == first["filed_at"].isoformat()
        assert text("t:NNT/t:mst") == first["payer_tax_code"]
        assert text("t:CTieuTKhaiChinh/t:ct25") == str(lines["taxable_income"].sum())
        assert text("t:CTieuTKhaiChinh/t:ct31") == str(lines["insurance_deducted"].sum())
        assert text("t:CTieuTKhaiChinh/t:ct38") == str(lines["tax_underpaid"].sum())
