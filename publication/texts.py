"""The words of the release page, in English and Vietnamese."""

from __future__ import annotations

import re

TEXTS: dict[str, dict[str, str]] = {
    "title": {
        "en": "Social protection indicators of Viet Nam",
        "vi": "Các chỉ tiêu an sinh xã hội của Việt Nam",
    },
    "agency": {"en": "Viet Nam Social Security", "vi": "Bảo hiểm xã hội Việt Nam"},
    "skip": {"en": "Skip to the figures", "vi": "Đến phần số liệu"},
    "switch": {"en": "Tiếng Việt", "vi": "English"},
    "release": {"en": "Release", "vi": "Bản công bố"},
    "month": {"en": "Reference month", "vi": "Tháng số liệu"},
    "vintage": {"en": "Vintage", "vi": "Loại số liệu"},
    "estimate": {"en": "Estimate", "vi": "Ước tính"},
    "preliminary": {"en": "Preliminary", "vi": "Sơ bộ"},
    "official": {"en": "Official", "vi": "Chính thức"},
    "published": {"en": "Published", "vi": "Ngày công bố"},
    "synthetic": {
        "en": "Synthetic data: these figures describe the sandbox's made-up country. They are not statistics of "
        "Viet Nam and must not be quoted.",
        "vi": "Số liệu mô phỏng: các con số này mô tả một quốc gia giả định dùng để thử nghiệm, không phải số liệu "
        "thống kê của Việt Nam và không được trích dẫn.",
    },
    "headline": {"en": "Headline figures, whole country", "vi": "Số liệu chính, toàn quốc"},
    "end_of": {"en": "End of {month}", "vi": "Cuối tháng {month}"},
    "target_of": {"en": "Target for {year}", "vi": "Mục tiêu năm {year}"},
    "no_target": {"en": "No target for {year}", "vi": "Không có mục tiêu cho năm {year}"},
    "above": {"en": "{points} points above", "vi": "cao hơn {points} điểm phần trăm"},
    "below": {"en": "{points} points below", "vi": "thấp hơn {points} điểm phần trăm"},
    "level": {"en": "on the target", "vi": "bằng mục tiêu"},
    "persons": {"en": "{numerator} of {denominator} persons", "vi": "{numerator} trên {denominator} người"},
    "hidden_value": {"en": "suppressed", "vi": "không công bố"},
    "series": {"en": "Month by month, against the target", "vi": "Diễn biến theo tháng so với mục tiêu"},
    "legend_line": {"en": "End of month", "vi": "Cuối tháng"},
    "legend_target": {"en": "Target for {year}", "vi": "Mục tiêu năm {year}"},
    "legend_reference": {"en": "Published elsewhere", "vi": "Đã công bố ở nơi khác"},
    "legend_break": {"en": "Break in the series", "vi": "Chuỗi số liệu gián đoạn"},
    "axis": {
        "en": "Per cent. The axis does not start at zero.",
        "vi": "Đơn vị: %. Trục tung không bắt đầu từ 0.",
    },
    "described": {
        "en": "{name}: from {first}% in {first_month} to {last}% in {last_month}.",
        "vi": "{name}: từ {first}% ({first_month}) đến {last}% ({last_month}).",
    },
    "by_sex_age": {"en": "By sex and age group, whole country", "vi": "Theo giới tính và nhóm tuổi, toàn quốc"},
    "by_province": {"en": "By province", "vi": "Theo tỉnh, thành phố"},
    "province": {"en": "Province or city", "vi": "Tỉnh, thành phố"},
    "country": {"en": "Whole country", "vi": "Cả nước"},
    "group": {"en": "Group", "vi": "Nhóm"},
    "total": {"en": "Total", "vi": "Tổng số"},
    "men": {"en": "Male", "vi": "Nam"},
    "women": {"en": "Female", "vi": "Nữ"},
    "percent": {"en": "Per cent", "vi": "Đơn vị: %"},
    "key": {
        "en": "c: suppressed, see notes. –: does not apply or no figure.",
        "vi": "c: không công bố, xem ghi chú. –: không áp dụng hoặc không có số liệu.",
    },
    "links": {"en": "How far the records could be linked", "vi": "Mức độ liên kết dữ liệu"},
    "links_unit": {
        "en": "Per cent of the records that lead to a person of the population register, newest month",
        "vi": "Tỷ lệ bản ghi xác định được người trong CSDLQG về dân cư, tháng mới nhất, %",
    },
    "registry": {"en": "Registry", "vi": "Cơ sở dữ liệu"},
    "compared": {"en": "Compared with figures published elsewhere", "vi": "So sánh với số liệu đã công bố"},
    "indicator": {"en": "Indicator", "vi": "Chỉ tiêu"},
    "there": {"en": "There", "vi": "Nơi khác"},
    "here": {"en": "Here", "vi": "Ở đây"},
    "difference": {"en": "Difference, points", "vi": "Chênh lệch, điểm %"},
    "base": {"en": "Base as worded there", "vi": "Cơ sở so sánh theo nguồn"},
    "source": {"en": "Source", "vi": "Nguồn"},
    "definitions": {"en": "What the figures mean", "vi": "Khái niệm, phương pháp tính"},
    "numerator": {"en": "Numerator", "vi": "Tử số"},
    "denominator": {"en": "Denominator", "vi": "Mẫu số"},
    "targets": {"en": "Targets", "vi": "Mục tiêu"},
    "notes": {"en": "Notes", "vi": "Ghi chú"},
    "downloads": {"en": "Downloads", "vi": "Tải số liệu"},
    "file_csv": {"en": "All figures, CSV", "vi": "Toàn bộ số liệu, CSV"},
    "file_dictionary": {"en": "Data dictionary, CSV on the Web", "vi": "Từ điển dữ liệu, CSV on the Web"},
    "file_links": {"en": "Link rates, CSV", "vi": "Tỷ lệ liên kết, CSV"},
    "file_sdmx": {"en": "All figures, SDMX-CSV 2.0", "vi": "Toàn bộ số liệu, SDMX-CSV 2.0"},
    "file_structure": {"en": "Data structure, SDMX-ML 3.0", "vi": "Cấu trúc dữ liệu, SDMX-ML 3.0"},
    "file_manifest": {"en": "Manifest with SHA-256 of every file", "vi": "Danh mục tệp kèm mã băm SHA-256"},
    "content": {"en": "SHA-256 of the figures", "vi": "Mã băm SHA-256 của số liệu"},
}

SHORT_NAMES: dict[str, dict[str, str]] = {
    "SI_COV": {"en": "Social insurance", "vi": "Bảo hiểm xã hội"},
    "SI_COV_VOL": {"en": "Voluntary social insurance", "vi": "Bảo hiểm xã hội tự nguyện"},
    "UI_COV": {"en": "Unemployment insurance", "vi": "Bảo hiểm thất nghiệp"},
    "HI_COV": {"en": "Health insurance", "vi": "Bảo hiểm y tế"},
    "PENS_COV": {"en": "Pension or benefit past retirement age", "vi": "Hưởng lương hưu, trợ cấp sau tuổi nghỉ hưu"},
    "LINK_RATE": {"en": "Found in the population register", "vi": "Đã xác thực với CSDL dân cư"},
}
"""Names for the heads of tables, where the full name of an indicator does not fit."""

REGISTRIES: dict[str, dict[str, str]] = {
    "_T": {"en": "All registries", "vi": "Tất cả"},
    "health": {"en": "Health insurance claims", "vi": "Giám định BHYT"},
    "labour": {"en": "Labour", "vi": "Lao động, việc làm"},
    "tax": {"en": "Tax", "vi": "Thuế"},
    "vss": {"en": "Social security ledgers", "vi": "Bảo hiểm xã hội"},
}
"""Names of the registries whose records are linked to persons."""

NOTES: list[dict[str, str]] = [
    {
        "en": "Each figure counts distinct persons at the end of the month, not records, cards or payments. Targets "
        "are set for a year as a whole and are reached, if at all, in the surge of enrolment at the year end: a month "
        "in mid-year is shown beside the target, not measured by it.",
        "vi": "Mỗi số liệu tính số người (không trùng lặp) tại thời điểm cuối tháng, không tính số lượt, số thẻ hay số "
        "lần chi trả. Mục tiêu được giao cho cả năm và thường đạt vào đợt tăng người tham gia cuối năm: số liệu giữa "
        "năm được trình bày bên cạnh mục tiêu, không dùng để đánh giá mức hoàn thành.",
    },
    {
        "en": "Social and unemployment insurance are shares of the labour force of working age, not of the labour "
        "force aged 15 and over. Reports before autumn 2022 used a larger base.",
        "vi": "Tỷ lệ tham gia BHXH, BHTN tính trên lực lượng lao động trong độ tuổi, không phải lực lượng lao động từ "
        "15 tuổi trở lên. Các báo cáo trước mùa thu năm 2022 dùng mẫu số lớn hơn.",
    },
    {
        "en": "On 1 July 2025, 63 provinces became 34. The tables follow the new list, older months are summed to it, "
        "and the files also hold the old list up to June 2025.",
        "vi": "Từ ngày 01/7/2025, 63 tỉnh, thành phố được sắp xếp thành 34. Các bảng theo danh mục mới, số liệu các "
        "tháng trước được cộng gộp; tệp dữ liệu có cả danh mục cũ đến tháng 6/2025.",
    },
    {
        "en": "Vintages: an estimate is followed by preliminary and then official figures. A release never changes; "
        "corrections appear in a new release with a higher number.",
        "vi": "Số liệu ước tính được thay bằng số sơ bộ rồi số chính thức. Bản đã công bố không thay đổi; số liệu "
        "điều chỉnh được công bố ở bản mới có số thứ tự lớn hơn.",
    },
    {
        "en": "Suppressed (c): cells with fewer than {threshold} persons inside or outside the numerator, and cells "
        "from which these could be computed. Totals include them.",
        "vi": "Không công bố (c): ô có dưới {threshold} người thuộc hoặc không thuộc tử số, và các ô có thể dùng để "
        "suy ra chúng. Số tổng vẫn bao gồm các ô này.",
    },
    {
        "en": "Persons are found across registries by their identifiers, and where these are missing or wrong by name, "
        "birth date and place. A record that leads to no person of the population register counts as a person of its "
        "own: read every figure with the link rate.",
        "vi": "Người tham gia được xác định giữa các cơ sở dữ liệu bằng số định danh; khi thiếu hoặc sai thì bằng họ "
        "tên, ngày sinh và địa bàn. Bản ghi không tìm thấy trong CSDLQG về dân cư được tính là một người riêng: cần "
        "đọc số liệu cùng với tỷ lệ liên kết.",
    },
    {
        "en": "Health insurance includes cards issued by defence and police bodies. The share of insured persons is "
        "not SDG indicator 1.3.1, which also counts benefits and leaves health insurance out.",
        "vi": "BHYT bao gồm thẻ do cơ quan quốc phòng, công an cấp. Tỷ lệ tham gia BHXH không phải là chỉ tiêu SDG "
        "1.3.1, vốn tính cả người hưởng trợ cấp và không tính BHYT.",
    },
]
"""Footnotes of the page; `{threshold}` is the disclosure threshold."""

DEFINITIONS: dict[str, dict[str, str]] = {
    "SI_COV": {
        "numerator": "Số người tham gia BHXH bắt buộc hoặc BHXH tự nguyện tại thời điểm cuối kỳ",
        "denominator": "Lực lượng lao động trong độ tuổi, Điều tra lao động việc làm",
    },
    "SI_COV_VOL": {
        "numerator": "Số người tham gia BHXH tự nguyện tại thời điểm cuối kỳ",
        "denominator": "Lực lượng lao động trong độ tuổi, Điều tra lao động việc làm",
    },
    "UI_COV": {
        "numerator": "Số người tham gia BHTN tại thời điểm cuối kỳ",
        "denominator": "Lực lượng lao động trong độ tuổi, Điều tra lao động việc làm",
    },
    "HI_COV": {
        "numerator": "Số người có thẻ BHYT còn giá trị vào ngày cuối tháng",
        "denominator": "Dân số thường trú, Cục Thống kê",
    },
    "PENS_COV": {
        "numerator": "Số người sau độ tuổi nghỉ hưu hưởng lương hưu, trợ cấp BHXH hằng tháng hoặc trợ cấp hưu trí "
        "xã hội",
        "denominator": "Số người sau độ tuổi nghỉ hưu theo Bộ luật Lao động",
    },
    "LINK_RATE": {
        "numerator": "Số người tham gia đã xác thực với CSDLQG về dân cư",
        "denominator": "Số người tham gia, hưởng (không kể lực lượng vũ trang)",
    },
}
"""Vietnamese wording of numerators and denominators."""

_AGE_NAMES = {
    "en": ("All ages", "{} to {} years", "{} years and over"),
    "vi": ("Mọi lứa tuổi", "{}–{} tuổi", "từ {} tuổi trở lên"),
}


def age_span(code: str) -> tuple[int, ...]:
    """Return the bounds in years of an SDMX age code: `Y15T24` is (15, 24), `Y_GE75` is (75,), `_T` is ()."""
    return tuple(int(part) for part in re.findall(r"\d+", code))


def age_name(code: str, language: str) -> str:
    """Return an SDMX age code in words, in `en` or `vi`."""
    span = age_span(code)
    return _AGE_NAMES[language][{0: 0, 2: 1, 1: 2}[len(span)]].format(*span)
