"""The figures as tables: CSV with a data dictionary after the W3C's CSV on the Web, and Parquet with the same words."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from publication.inputs import KEY


class Column(NamedTuple):
    """A published column: type after XML Schema, titles, and what it says."""

    kind: str
    title_en: str
    title_vi: str
    description_en: str
    description_vi: str
    required: bool = True


COLUMNS = {
    "indicator": Column("string", "Indicator", "Chỉ tiêu", "Code of the indicator.", "Mã chỉ tiêu."),
    "freq": Column(
        "string", "Frequency", "Kỳ công bố",
        "SDMX: M monthly, Q quarterly, A annual.", "SDMX: M tháng, Q quý, A năm.",
    ),
    "period": Column(
        "string", "Period", "Kỳ số liệu", "YYYY-MM, YYYY-Qn or YYYY.", "YYYY-MM, YYYY-Qn hoặc YYYY.",
    ),
    "area_list": Column(
        "string", "Province list", "Danh mục tỉnh",
        "34 from 2025-07-01, 63 before; an area code has a meaning only together with its list.",
        "34 từ 01/07/2025, 63 trước đó; mã địa bàn chỉ có nghĩa cùng với danh mục của nó.",
    ),
    "area": Column(
        "string", "Area", "Địa bàn", "VN for the whole country, or the two digits of a province.",
        "VN là cả nước, hoặc hai chữ số của tỉnh, thành phố.",
    ),
    "area_name": Column(
        "string", "Area name", "Tên địa bàn", "Vietnamese name of the area.", "Tên tiếng Việt của địa bàn.",
    ),
    "sex": Column("string", "Sex", "Giới tính", "M male, F female, _T both.", "M nam, F nữ, _T chung."),
    "age": Column(
        "string", "Age group", "Nhóm tuổi", "SDMX code of the age group in completed years, _T all.",
        "Mã SDMX của nhóm tuổi tính theo năm tròn, _T mọi tuổi.",
    ),
    "breakdown": Column(
        "string", "Breakdown", "Phân tổ", "A further dimension, for example scheme or ownership; _T none.",
        "Một chiều phân tổ khác, ví dụ loại hình hoặc sở hữu; _T không có.",
    ),
    "category": Column(
        "string", "Category", "Nhóm", "Code within the breakdown; _T all, _U not known.",
        "Mã trong phân tổ; _T tất cả, _U không rõ.",
    ),
    "numerator": Column(
        "decimal", "Numerator", "Tử số", "Persons, cases or dong counted; empty where the cell is suppressed.",
        "Số người, lượt hoặc số tiền; để trống nếu ô được bảo mật.", False,
    ),
    "denominator": Column(
        "decimal", "Denominator", "Mẫu số", "The base of a rate; empty for counts and where the cell is suppressed.",
        "Mẫu số của tỷ lệ; để trống với số đếm và nếu ô được bảo mật.", False,
    ),
    "value": Column(
        "decimal", "Value", "Giá trị",
        "100 x numerator / denominator for PT, the numerator for counts and money; empty if hidden or without base.",
        "100 x tử số / mẫu số nếu đơn vị là PT, tử số nếu là số đếm hoặc tiền; để trống nếu bảo mật hoặc thiếu mẫu số.",
        False,
    ),
    "lower": Column(
        "decimal", "Lower bound", "Cận dưới",
        "Lower end of the 95 % interval of the value: linkage error, missing records; empty where nothing is linked.",
        "Cận dưới của khoảng 95 % của giá trị: sai số liên kết và thiếu bản ghi; để trống nếu không liên kết.", False,
    ),
    "upper": Column(
        "decimal", "Upper bound", "Cận trên", "Upper end of the same interval.", "Cận trên của cùng khoảng.", False,
    ),
    "unit": Column(
        "string", "Unit", "Đơn vị", "PT per cent, PS persons, CS cases, VND dong, IX index from 0 to 100.",
        "PT phần trăm, PS người, CS lượt, VND đồng, IX chỉ số từ 0 đến 100.",
    ),
    "denominator_concept": Column(
        "string", "Denominator concept", "Khái niệm mẫu số", "Whom or what the denominator counts; empty for counts.",
        "Mẫu số đếm ai hoặc cái gì; để trống với số đếm.", False,
    ),
    "vintage": Column(
        "string", "Vintage", "Loại số liệu", "estimate, preliminary or official.",
        "estimate ước tính, preliminary sơ bộ, official chính thức.",
    ),
    "obs_status": Column(
        "string", "Observation status", "Trạng thái quan sát",
        "SDMX: A normal, B break in the series, E estimated, M missing, Q suppressed.",
        "SDMX: A bình thường, B gián đoạn chuỗi, E ước tính, M thiếu, Q bảo mật.",
    ),
    "conf_status": Column(
        "string", "Confidentiality status", "Trạng thái bảo mật",
        "SDMX: F free, C confidential in itself, D hidden to protect another cell.",
        "SDMX: F tự do, C bảo mật, D ẩn để bảo vệ ô khác.",
    ),
}  # fmt: skip
"""Columns of the published figures, in their order."""

_CONTEXT = ["http://www.w3.org/ns/csvw", {"@language": "en"}]


def figures(observations: pl.DataFrame, areas: pl.DataFrame, vintage: str) -> pl.DataFrame:
    """Return the published rows: the working ones after disclosure control, with the columns of `COLUMNS`."""
    names = areas.select("area_list", "area", area_name="name_vi")
    return (
        observations.join(names, on=["area_list", "area"], how="left", maintain_order="left")
        .with_columns(
            area_name=pl.when(pl.col("area") == "VN").then(pl.lit("Việt Nam")).otherwise("area_name"),
            vintage=pl.lit(vintage),
        )
        .select(list(COLUMNS))
    )


def write(frame: pl.DataFrame, data: Path, dictionary: Path, title: str) -> None:
    """Write the CSV (UTF-8, comma, header) and its data dictionary (CSVW)."""
    plain(frame).write_csv(data)
    write_json(described(data.name, title), dictionary)


def described(url: str, title: str) -> dict[str, Any]:
    """Return the data dictionary of a CSV of the figures, after CSV on the Web."""
    return {
        "@context": _CONTEXT,
        "url": url,
        "dc:title": title,
        "dialect": {"encoding": "utf-8", "header": True, "delimiter": ","},
        "tableSchema": {
            "primaryKey": list(KEY),
            "columns": [
                {
                    "name": name,
                    "titles": {"en": column.title_en, "vi": column.title_vi},
                    "dc:description": [
                        {"@value": column.description_en, "@language": "en"},
                        {"@value": column.description_vi, "@language": "vi"},
                    ],
                    "datatype": column.kind,
                    "null": "",
                    "required": column.required,
                }
                for name, column in COLUMNS.items()
            ],
        },
    }


def write_parquet(frame: pl.DataFrame, path: Path, title: str) -> None:
    """Write the figures as Parquet; every column carries its titles and description, the file its title."""
    table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
    words = {name: {key: str(word) for key, word in COLUMNS[name]._asdict().items()} for name in frame.columns}
    schema = pa.schema([field.with_metadata(words[field.name]) for field in table.schema], {"title": title})
    pq.write_table(table.cast(schema), path, compression="zstd")


def plain(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the figures with numbers as text without needless zeros: `1044016`, not `1044016.0`; null stays null."""
    return frame.with_columns(
        pl.when(pl.col(name) % 1 == 0)
        .then(pl.col(name).cast(pl.Int64).cast(pl.String))
        .otherwise(pl.col(name).cast(pl.String))
        for name, kind in frame.schema.items()
        if kind == pl.Float64
    )


def write_json(content: Any, path: Path) -> None:
    """Write JSON as people read it: UTF-8, indented."""
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file as hexadecimal text."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
