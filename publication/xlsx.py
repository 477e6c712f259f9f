"""The figures as a workbook: a contents sheet with links, notes, and a sheet per indicator in both languages.

A sheet shows what people look up: every period for the country, the newest periods for the provinces of the list of 34,
sex and age one at a time. What it leaves out (sex by age, older periods of provinces, the list of 63) is in the CSV,
and the notes say so.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from publication.inputs import Labels
from publication.sdmx_structure import CODES
from publication.tables import COLUMNS
from publication.texts import age_name, texts

RECENT = 3
"""Periods of a frequency that provinces are shown for."""

HIDDEN, MISSING = "c", ":"
_Names = dict[str, dict[str, tuple[str, str]]]
_LABELS = ["area", "area_name", "sex", "age", "breakdown", "category", "measure"]
_WIDTHS = {"area": 7, "area_name": 22, "sex": 12, "age": 18, "breakdown": 18, "category": 34, "measure": 22}
_MEASURE = ("Figure", "Số liệu")
_FROZEN_ROW, _PERIOD_WIDTH = 5, 16
_FORMATS = {"PT": "0.0", "IX": "0.0", "PS": "#,##0", "CS": "#,##0", "VND": "#,##0"}
_NOTES = (
    ("c", "Hidden: too few persons or one dominant payer stand behind it, or it would give away one that is hidden.",
     "Không công bố để bảo mật: quá ít người, một đơn vị chiếm phần lớn, hoặc có thể suy ra ô được bảo mật."),
    (":", "Not available: there is no base for the rate.", "Không có số liệu: thiếu mẫu số."),
    ("italic", "Break in the series, or estimated: see the notes of the indicator.",
     "Chuỗi gián đoạn hoặc số ước tính: xem ghi chú của chỉ tiêu."),
    ("", f"Provinces: the newest {RECENT} periods, list of 34, sex and age one at a time. The CSV has the rest.",
     f"Tỉnh, thành phố: {RECENT} kỳ gần nhất, danh mục 34, giới tính và tuổi riêng từng chiều. Phần khác ở tệp CSV"),
    ("PT", "Per cent. PS persons, CS cases, VND dong, IX index from 0 to 100.",
     "Phần trăm. PS người, CS lượt, VND đồng, IX chỉ số từ 0 đến 100."),
)  # fmt: skip


def write(figures: pl.DataFrame, labels: Labels, path: Path, title: str, moment: dt.datetime) -> None:
    """Write the workbook.

    Args:
        figures: published figures, after disclosure control.
        labels: what explains them.
        path: where to write.
        title: title of the release.
        moment: when the workbook counts as made; it bears no other date.
    """
    catalogue = {row["indicator"]: row for row in labels.indicators.iter_rows(named=True)}
    tables = {str(key[0]): rows for key, rows in figures.partition_by("indicator", as_dict=True).items()}
    names = _names(figures, labels)
    with xlsxwriter.Workbook(path, {"strings_to_numbers": False, "strings_to_formulas": False}) as book:
        book.set_properties(
            {"title": title, "author": "Vietnam Social Security", "created": moment.replace(tzinfo=None)}
        )
        styles = _styles(book)
        _contents(book.add_worksheet("Contents"), [catalogue[code] for code in tables], title, styles)
        _notes(book.add_worksheet("Notes"), styles)
        for code, rows in tables.items():
            sheet = book.add_worksheet(code)
            _head(sheet, catalogue[code], styles)
            _table(sheet, shown(rows), names, styles)


def shown(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of a sheet: one per cell and measure, its figures by period as text, `c` or `:` in the columns.

    The bounds, numerator and denominator stand beside the value for the whole country only.
    """
    newest = pl.col("period").rank("dense", descending=True).over("freq") <= RECENT
    nation = pl.col("area") == "VN"
    one_at_a_time = (pl.col("sex") == "_T") | (pl.col("age") == "_T")
    kept = rows.filter(pl.col("area_list") == "34", one_at_a_time, nation | newest)
    whole = nation & (pl.col("sex") == "_T") & (pl.col("age") == "_T") & (pl.col("breakdown") == "_T")
    totals = kept.filter(whole)
    parts = [
        totals.with_columns(measure=pl.lit(name), figure=name)
        for name in ("value", "lower", "upper", "numerator", "denominator")
        if totals[name].null_count() < totals.height or name == "value"
    ]
    parts.append(kept.filter(~whole).with_columns(measure=pl.lit("value"), figure="value"))
    return pl.concat(parts).select(*_LABELS, "freq", "period", "unit", "figure", "obs_status")


def _table(sheet: Worksheet, cells: pl.DataFrame, names: _Names, styles: dict[str, Format]) -> None:
    periods = {period: place for place, period in enumerate(cells.select("freq", "period").unique().sort(
        pl.col("freq") != "M", pl.col("freq") != "Q", "period")["period"], len(_LABELS))}  # fmt: skip
    for place, label in enumerate(_LABELS):
        english, vietnamese = _MEASURE if label == "measure" else (COLUMNS[label].title_en, COLUMNS[label].title_vi)
        sheet.write_string(_FROZEN_ROW, place, f"{english}\n{vietnamese}", styles["header"])
        sheet.set_column(place, place, _WIDTHS[label])
    for period, place in periods.items():
        sheet.write_string(_FROZEN_ROW, place, period, styles["header"])
    sheet.set_column(len(_LABELS), len(_LABELS) + len(periods), _PERIOD_WIDTH)
    rows: dict[tuple[str, ...], int] = {}
    for *key, _, period, unit, figure, status in cells.iter_rows():
        row = rows.get(tuple(key))
        if row is None:
            row = rows[tuple(key)] = _FROZEN_ROW + 1 + len(rows)
            for place, text in enumerate(_words(key, names)):
                sheet.write_string(row, place, text)
        measure = key[-1]
        style = styles[f"{'PS' if measure in ('numerator', 'denominator') else unit}{status if status in 'BE' else ''}"]
        if figure is not None:
            sheet.write_number(row, periods[period], figure, style)
        else:
            sheet.write_string(row, periods[period], HIDDEN if status == "Q" else MISSING, styles["mark"])
    sheet.freeze_panes(_FROZEN_ROW + 1, 2)
    sheet.autofilter(_FROZEN_ROW, 0, _FROZEN_ROW + len(rows), len(_LABELS) - 1)


def _names(figures: pl.DataFrame, labels: Labels) -> _Names:
    """Return English and Vietnamese names of codes by column, and of categories by breakdown."""
    names: _Names = {"sex": CODES["SEX"], "breakdown": {}}
    names["age"] = {age: (age_name(age, "en"), age_name(age, "vi")) for age in figures["age"].unique()}
    columns = ("breakdown", "category", "name_en", "name_vi")
    for breakdown, category, english, vietnamese in labels.categories.select(columns).iter_rows():
        names.setdefault(breakdown, {})[category] = (english, vietnamese)
        words = texts()[f"breakdown_{breakdown}"]
        names["breakdown"][breakdown] = (words["en"], words["vi"])
    return names


def _words(key: list[str], names: _Names) -> list[str]:
    """Return the labels of a row in both languages; a total says nothing."""
    area, area_name, sex, age, breakdown, category, measure = key
    coded = [
        "" if code == "_T" else " / ".join(dict.fromkeys(names[column].get(code, (code, code))))
        for column, code in (("sex", sex), ("age", age), ("breakdown", breakdown))
    ]
    kind = (
        ""
        if category == "_T"
        else " / ".join(dict.fromkeys(names.get(breakdown, {}).get(category, (category, category))))
    )
    return [area, area_name, *coded, kind, f"{COLUMNS[measure].title_en} / {COLUMNS[measure].title_vi}"]


def _head(sheet: Worksheet, entry: dict[str, Any], styles: dict[str, Format]) -> None:
    lines = [
        (f"{entry['name_en']} / {entry['name_vi']}", styles["title"]),
        (entry["definition_en"], styles["plain"]),
        (entry["definition_vi"], styles["plain"]),
        (
            f"{HIDDEN} = hidden / bảo mật; {MISSING} = not available / không có số liệu; {entry['unit']}",
            styles["plain"],
        ),
    ]
    for row, (text, style) in enumerate(lines):
        sheet.write_string(row, 0, text or "", style)
    sheet.write_url(len(lines), 0, "internal:'Contents'!A1", styles["link"], "Contents / Mục lục")
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(_FROZEN_ROW)


def _contents(sheet: Worksheet, entries: list[dict[str, Any]], title: str, styles: dict[str, Format]) -> None:
    sheet.write_string(0, 0, title, styles["title"])
    sheet.write_url(1, 0, "internal:'Notes'!A1", styles["link"], "Notes / Ghi chú")
    for place, (text, width) in enumerate(
        (("Sheet / Trang", 16), ("Indicator", 60), ("Chỉ tiêu", 60), ("Unit / Đơn vị", 14))
    ):
        sheet.write_string(3, place, text, styles["header"])
        sheet.set_column(place, place, width)
    for row, entry in enumerate(entries, 4):
        sheet.write_url(row, 0, f"internal:'{entry['indicator']}'!A1", styles["link"], entry["indicator"])
        for place, column in enumerate(("name_en", "name_vi", "unit"), 1):
            sheet.write_string(row, place, entry[column])
    sheet.freeze_panes(4, 1)


def _notes(sheet: Worksheet, styles: dict[str, Format]) -> None:
    sheet.write_string(0, 0, "Notes / Ghi chú", styles["title"])
    for row, (mark, english, vietnamese) in enumerate(_NOTES, 2):
        sheet.write_string(row, 0, mark, styles["mark"])
        sheet.write_string(row, 1, english, styles["wrapped"])
        sheet.write_string(row, 2, vietnamese, styles["wrapped"])
    sheet.set_column(0, 0, 10)
    sheet.set_column(1, 2, 70)
    sheet.write_url(len(_NOTES) + 3, 0, "internal:'Contents'!A1", styles["link"], "Contents / Mục lục")


def _styles(book: xlsxwriter.Workbook) -> dict[str, Format]:
    numbers = {unit: {"num_format": pattern} for unit, pattern in _FORMATS.items()}
    broken = {f"{unit}{status}": {**style, "italic": True} for unit, style in numbers.items() for status in "BE"}
    look: dict[str, dict[str, Any]] = {
        "title": {"bold": True, "font_size": 14},
        "plain": {},
        "header": {"bold": True, "bg_color": "#DDE6EF", "border": 1, "text_wrap": True, "valign": "top"},
        "link": {"font_color": "#0B5394", "underline": 1},
        "mark": {"align": "right", "font_color": "#595959"},
        "wrapped": {"text_wrap": True, "valign": "top"},
        **numbers,
        **broken,
    }
    return {name: book.add_format(properties) for name, properties in look.items()}
