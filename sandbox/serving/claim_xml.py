"""Claim parts as XML: which tables an envelope carries, their elements, and the fields of each by Decision.

The fields and their order come from the annex of Decision 130/QD-BYT as amended by Decision 4750/QD-BYT, the values
from the contracts. Decision 3176/QD-BYT left the fields of these tables as they were. Fields that nobody ingests get
a plausible constant or stay empty.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import polars as pl

import connectors
from connectors.contract import Contract, Field, datasets, load_contract
from sandbox.serving.xml import elements

# What must never reach the warehouse: it stands in every XML6 and XML15 part.
SENSITIVE_MARKER = "SENSITIVE-MUST-NOT-BE-STORED"
SENSITIVE_TABLES = ("XML6", "XML15")

_ANNEX = Path(connectors.__file__).parent / "annex" / "hi_claim_xml_fields.csv"
_DECLARATION = '<?xml version="1.0" encoding="utf-8"?>'


@dataclass(frozen=True)
class Layout:
    """Elements around the records of a table, outermost first; a table of one record has only a root."""

    wrappers: tuple[str, ...]
    record: str | None = None

    @property
    def head(self) -> str:
        """What comes before the records."""
        return _DECLARATION + "".join(f"<{tag}>" for tag in self.wrappers)

    @property
    def tail(self) -> str:
        """What comes after the records."""
        return "".join(f"</{tag}>" for tag in reversed(self.wrappers))


LAYOUTS = {
    "XML1": Layout(("TONG_HOP",)),
    "XML2": Layout(("CHITIEU_CHITIET_THUOC", "DSACH_CHI_TIET_THUOC"), "CHI_TIET_THUOC"),
    "XML3": Layout(("CHITIEU_CHITIET_DVKT_VTYT", "DSACH_CHI_TIET_DVKT"), "CHI_TIET_DVKT"),
    "XML6": Layout(
        (
            "CHI_TIEU_HO_SO_BENH_AN_CHAM_SOC_VA_DIEU_TRI_HIV_AIDS",
            "DSACH_HO_SO_BENH_AN_CHAM_SOC_VA_DIEU_TRI_HIV_AIDS",
        ),
        "HO_SO_BENH_AN_CHAM_SOC_VA_DIEU_TRI_HIV_AIDS",
    ),
    "XML7": Layout(("CHI_TIEU_DU_LIEU_GIAY_RA_VIEN",)),
    "XML9": Layout(("CHI_TIEU_DU_LIEU_GIAY_CHUNG_SINH", "DSACH_GIAYCHUNGSINH"), "DU_LIEU_GIAY_CHUNG_SINH"),
    "XML11": Layout(("CHI_TIEU_DU_LIEU_GIAY_CHUNG_NHAN_NGHI_VIEC_HUONG_BAO_HIEM_XA_HOI",)),
    "XML15": Layout(("CHI_TIEU_DIEUTRI_BENHLAO", "DSACH_CHITIET_DIEUTRI_BENHLAO"), "CHITIET_DIEUTRI_BENHLAO"),
}

Fillers = Mapping[str, pl.Expr | str]

_CLAIM: Fillers = {
    "STT": "1",
    "MA_QUOCTICH": "000",
    "MA_NGHE_NGHIEP": "00000",
    "MA_DKBD": pl.col("facility_code"),
    "LY_DO_VV": "Khám bệnh, chữa bệnh theo yêu cầu điều trị",
    "CHAN_DOAN_RV": pl.col("main_diagnosis"),
    "MA_LOAI_RV": "1",
    "MA_KHOA": "K01",
    "T_BHTT_GDV": "0",
}
_LINE: Fillers = {
    "PHAM_VI": "1",
    "TYLE_TT_BH": "100",
    "T_NGUONKHAC": "0",
    "T_BNTT": "0",
    "MA_KHOA": "K01",
    "NGAY_TH_YL": pl.col("ordered_at"),
    "MA_PTTT": "1",
}
_PATIENT: Fillers = {"MA_CSKCB": pl.col("facility_code"), "DU_PHONG": SENSITIVE_MARKER}

FILLERS: dict[str, Fillers] = {
    "XML1": _CLAIM,
    "XML2": {**_LINE, "DUONG_DUNG": "1.01", "NGUON_CTRA": "1", "LIEU_DUNG": "2 lần/ngày"},
    "XML3": {**_LINE, "TYLE_TT_DV": "100", "DON_GIA_BH": pl.col("unit_price")},
    "XML6": {**_PATIENT, "MA_PHAC_DO_DIEU_TRI": SENSITIVE_MARKER, "SO_CCCD": pl.col("personal_number")},
    "XML7": {"CHAN_DOAN_RV": "Ổn định, ra viện", "PP_DIEUTRI": "Điều trị nội khoa"},
    "XML9": {"TINH_TRANG_CON": "Bình thường", "SO_CON_SONG": pl.col("children")},
    "XML11": {"MAU_SO": "CT07", "PP_DIEUTRI": "Nghỉ ngơi, điều trị ngoại trú"},
    "XML15": {**_PATIENT, "STT": "1", "HO_TEN": pl.col("full_name"), "SO_CCCD": pl.col("personal_number")},
}


def contracts() -> dict[str, Contract]:
    """Return the contracts of the health registry by their table in the envelope."""
    found = [load_contract("health", dataset) for dataset in datasets("health")]
    return {contract.source_table: contract for contract in found}


def as_text(field: Field) -> pl.Expr:
    """Return a field's values as an envelope writes them."""
    column = pl.col(field.name)
    if field.date_format:
        return column.dt.strftime(field.date_format)
    if field.logical_type == "number":
        # Three decimals always, so that the zeros and the point at the end can go.
        plain = column.cast(pl.Decimal(*field.decimal())).cast(pl.String)
        return plain.str.strip_chars_end("0").str.strip_chars_end(".")
    return column.cast(pl.String)


def record(table: str, *, before_4750: bool) -> pl.Expr:
    """Return a table's record with every field of the annex, from text columns named as in the contract.

    Args:
        before_4750: leave out what Decision 4750 added.
    """
    contract = contracts().get(table)
    key = {"MA_LK": pl.col("claim_id")}
    ingested = {field.source: pl.col(field.name) for field in contract.fields} if contract else key
    values = {**FILLERS[table], **ingested}
    body = elements({tag: values.get(tag) for tag, added in annex(table) if not (added and before_4750)})
    tag = LAYOUTS[table].record
    return pl.concat_str(pl.lit(f"<{tag}>"), body, pl.lit(f"</{tag}>")) if tag else body


@cache
def annex(table: str) -> tuple[tuple[str, bool], ...]:
    """Return a table's fields in order, and whether Decision 4750 added them."""
    with _ANNEX.open(encoding="utf-8", newline="") as lines:
        return tuple((row["field"], not row["ordinal"]) for row in csv.DictReader(lines) if row["table"] == table)
