"""The figures as CSV with a data dictionary after the W3C's CSV on the Web, and their manifest."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import polars as pl

COLUMNS: dict[str, tuple[str, str, str, str]] = {
    "indicator": ("string", "Indicator", "Chỉ tiêu", "Code of the indicator."),
    "period": ("gYearMonth", "Month", "Tháng", "Month of the figure, YYYY-MM."),
    "area_list": (
        "string", "Province list", "Danh mục tỉnh",
        "34 from 2025-07-01, 63 before; an area code has a meaning only together with its list.",
    ),
    "area": ("string", "Area", "Địa bàn", "VN for the whole country, or the two digits of a province."),
    "area_name": ("string", "Area name", "Tên địa bàn", "Vietnamese name of the area."),
    "sex": ("string", "Sex", "Giới tính", "M male, F female, _T both."),
    "age": ("string", "Age group", "Nhóm tuổi", "SDMX code of the age group in completed years, _T all."),
    "numerator": ("decimal", "Numerator", "Tử số", "Persons counted; empty where the cell is suppressed."),
    "denominator": ("decimal", "Denominator", "Mẫu số", "Persons of the base; empty where the cell is suppressed."),
    "value": ("decimal", "Value", "Giá trị", "Numerator / denominator x 100; empty where suppressed or without base."),
    "unit": ("string", "Unit", "Đơn vị", "PT: per cent."),
    "denominator_concept": ("string", "Denominator concept", "Khái niệm mẫu số", "Whom the denominator counts."),
    "vintage": ("string", "Vintage", "Loại số liệu", "estimate, preliminary or official."),
    "obs_status": (
        "string", "Observation status", "Trạng thái quan sát",
        "SDMX: A normal, B break in the series, E estimated, M missing, Q suppressed.",
    ),
    "conf_status": (
        "string", "Confidentiality status", "Trạng thái bảo mật",
        "SDMX: F free, C below the disclosure threshold, D hidden to protect another cell.",
    ),
}  # fmt: skip
"""Columns of the CSV: type, English and Vietnamese title, description."""

KEY = ("indicator", "period", "area_list", "area", "sex", "age")


def figures(observations: pl.DataFrame, areas: pl.DataFrame, vintage: str) -> pl.DataFrame:
    """Return the published rows in the order and with the columns of the CSV."""
    names = areas.select("area_list", "area", area_name="name_vi")
    return (
        observations.join(names, on=["area_list", "area"], how="left", maintain_order="left")
        .with_columns(
            _whole(observations, "numerator"),
            _whole(observations, "denominator"),
            area_name=pl.when(pl.col("area") == "VN").then(pl.lit("Việt Nam")).otherwise("area_name"),
            vintage=pl.lit(vintage),
        )
        .select(list(COLUMNS))
    )


def write(frame: pl.DataFrame, data: Path, dictionary: Path, title: str) -> None:
    """Write the CSV (UTF-8, comma, header) and its data dictionary (CSVW)."""
    frame.write_csv(data)
    described: dict[str, Any] = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "url": data.name,
        "dc:title": title,
        "dialect": {"encoding": "utf-8", "header": True, "delimiter": ","},
        "tableSchema": {
            "primaryKey": list(KEY),
            "columns": [
                {
                    "name": name,
                    "titles": {"en": english, "vi": vietnamese},
                    "dc:description": description,
                    "datatype": kind,
                    "null": "",
                    "required": name not in ("numerator", "denominator", "value"),
                }
                for name, (kind, english, vietnamese, description) in COLUMNS.items()
            ],
        },
    }
    write_json(described, dictionary)


def write_json(content: Any, path: Path) -> None:
    """Write JSON as people read it: UTF-8, indented."""
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file as hexadecimal text."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _whole(frame: pl.DataFrame, name: str) -> pl.Expr:
    """Persons are whole numbers; an estimate of a base may keep its fraction."""
    is_whole = (frame[name].drop_nulls() % 1 == 0).all()
    return pl.col(name).cast(pl.Int64 if is_whole else pl.Float64)
