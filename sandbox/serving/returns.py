"""Yearly returns of personal income tax (05/QTT-TNCN with annex 05-1/BK), in archives by day of filing.

Layout of Circular 92/2015/TT-BTC: HSoThueDTu/HSoKhaiThue with TTinChung, CTieuTKhaiChinh and PLuc.
"""

from __future__ import annotations

import hashlib
import json
import logging
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

from connectors.contract import load_contract
from sandbox.serving.feeds import write_feed
from sandbox.serving.tables import table_path
from sandbox.serving.xml import elements, escape, join_by

_log = logging.getLogger(__name__)

NAMESPACE = "http://kekhaithue.gdt.gov.vn/TKhaiThue"

# An archive holds the returns of one day, up to this many lines; a larger return has an archive of its own.
_ARCHIVE_LINES = 20_000
_FIRST_SUMMED, _FIRST_TOTAL, _LAST_TOTAL = 11, 25, 38  # ct25..ct38 add up ct11..ct24


def render(directory: Path, folder: Path) -> None:
    """Write the payer list and the archives of returns of the tax registry."""
    write_feed(table_path(directory, "tax", "payer"), folder, "payer", ["updated_at", "tax_code"])
    payers = pl.scan_parquet(table_path(directory, "tax", "payer")).sort("updated_at")
    names = payers.group_by("tax_code").agg(pl.col("name").last()).collect()
    lines = pl.scan_parquet(table_path(directory, "tax", "wage_income"))
    days = lines.select(pl.col("filed_at").dt.date().unique().sort()).collect().to_series()
    archives: list[dict[str, Any]] = []
    for day in days:
        filed = lines.filter(pl.col("filed_at").dt.date() == day).collect()
        for number, returns in enumerate(_archives(_returns(filed, names)), start=1):
            archives.append(_write(folder, f"QTT-{day:%Y%m%d}-{number:03}", returns))
    (folder / "archives.json").write_text(json.dumps(archives))
    _log.info("Tax: %d returns in %d archives.", sum(a["returns"] for a in archives), len(archives))


def _returns(lines: pl.DataFrame, payers: pl.DataFrame) -> pl.DataFrame:
    """Return one row per return: its identifier, time of filing, number of lines and XML text."""
    contract = load_contract("tax", "wage_income")
    columns = {field.source: pl.col(field.name) for field in contract.fields if field.source.startswith("ct")}
    totals = {
        f"ct{_FIRST_TOTAL + n}": columns[f"ct{_FIRST_SUMMED + n}"].sum().cast(pl.String).alias(f"ct{_FIRST_TOTAL + n}")
        for n in range(_LAST_TOTAL - _FIRST_TOTAL + 1)
    }
    header = [field.name for field in contract.fields if field.source.startswith("@") and field.name != "return_id"]
    lines = lines.sort("filed_at", "return_id", "line_no", maintain_order=True)
    summary = lines.group_by("return_id", maintain_order=True).agg(
        *[pl.col(name).first() for name in header], pl.len().alias("lines"), *totals.values()
    )
    summary = summary.join(payers, left_on="payer_tax_code", right_on="tax_code", how="left", maintain_order="left")
    text = escape(lines).with_columns(pl.col(pl.Boolean).cast(pl.Int8)).select(
        "return_id",
        body=pl.concat_str(
            pl.lit('<BKeCTietCNhan id="ID_'), "line_no", pl.lit('">'),
            elements({tag: column.cast(pl.String) for tag, column in columns.items()}, keep_empty=False),
            pl.lit("</BKeCTietCNhan>"),
        ),
    )  # fmt: skip
    return (
        escape(summary)
        .join(join_by(text, ["return_id"], "body"), on="return_id", maintain_order="left")
        .select("return_id", "filed_at", "lines", xml=_document(list(totals)))
    )


def _document(totals: list[str]) -> pl.Expr:
    year = pl.col("tax_year").cast(pl.String)
    form = elements(
        {
            "maTKhai": pl.col("return_id"),
            "tenTKhai": "TỜ KHAI QUYẾT TOÁN THUẾ THU NHẬP CÁ NHÂN",
            "moTaBMau": "Mẫu số 05/QTT-TNCN, Thông tư số 92/2015/TT-BTC",
            "pbanTKhaiXML": "2.1.0",
            "loaiTKhai": pl.when(pl.col("amendment_no") > 0).then(pl.lit("B")).otherwise(pl.lit("C")),
            "soLan": pl.col("amendment_no").cast(pl.String),
        }
    )
    period = elements(
        {
            "kieuKy": "Y",
            "kyKKhai": year,
            "kyKKhaiTuNgay": pl.format("01/01/{}", year),
            "kyKKhaiDenNgay": pl.format("31/12/{}", year),
        }
    )
    filed = pl.col("filed_at").dt.strftime("%Y-%m-%dT%H:%M:%S")
    payer = elements({"mst": pl.col("payer_tax_code"), "tenNNT": pl.col("name")})
    return pl.concat_str(
        pl.lit(f'<?xml version="1.0" encoding="UTF-8"?><HSoThueDTu xmlns="{NAMESPACE}">'),
        pl.lit('<HSoKhaiThue id="_NODE_TO_SIGN">'),
        pl.lit("<TTinChung><TTinDVu><maDVu>HTKK</maDVu></TTinDVu><TTinTKhaiThue><TKhaiThue>"), form,
        pl.lit("<kyKKhaiThue>"), period, pl.lit("</kyKKhaiThue></TKhaiThue>"), elements({"ngayNop": filed}),
        pl.lit("<NNT>"), payer, pl.lit("</NNT></TTinTKhaiThue></TTinChung><CTieuTKhaiChinh>"),
        elements({tag: pl.col(tag) for tag in totals}),
        pl.lit("</CTieuTKhaiChinh><PLuc><PLuc_05_1_BK_QTT>"), "body",
        pl.lit("</PLuc_05_1_BK_QTT></PLuc></HSoKhaiThue></HSoThueDTu>"),
    )  # fmt: skip


def _archives(returns: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Split a day's returns into archives of bounded size."""
    number = (pl.col("lines").cum_sum() - 1) // _ARCHIVE_LINES
    for _, part in returns.with_columns(archive=number).group_by("archive", maintain_order=True):
        yield part


def _write(folder: Path, archive_id: str, returns: pl.DataFrame) -> dict[str, Any]:
    path = folder / f"{archive_id}.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for return_id, filed_at, text in returns.select("return_id", "filed_at", "xml").iter_rows():
            # A fixed time keeps the archive the same whenever it is made.
            entry = zipfile.ZipInfo(f"{return_id}.xml", filed_at.timetuple()[:6])
            archive.writestr(entry, text, zipfile.ZIP_DEFLATED, compresslevel=1)
    content = path.read_bytes()
    last_filed: Any = returns["filed_at"].max()
    return {
        "archive_id": archive_id,
        "filed_at": last_filed.isoformat(),
        "returns": len(returns),
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
