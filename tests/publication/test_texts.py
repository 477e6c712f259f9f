"""Words, numbers and dates of the publication in both languages."""

from __future__ import annotations

import datetime as dt
import string
import unicodedata

import pytest
import yaml

from ansinh.settings import PROJECT_ROOT
from publication.site.parts import target_row
from publication.site.scale import Scale
from publication.site.subject import Goal
from publication.targets import Target
from publication.texts import LANGUAGES, Words, age_name, texts


def test_every_text_is_in_both_languages_with_the_same_blanks() -> None:
    pairs = {key: found for key, found in texts().items() if key not in ("files", "footnotes")}
    for found in (*pairs.values(), *texts()["files"].values(), *texts()["footnotes"]):
        assert set(found) == set(LANGUAGES)
        assert _blanks(found["en"]) == _blanks(found["vi"])
        assert all(unicodedata.is_normalized("NFC", text) for text in found.values())


def _blanks(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_code_of_the_catalogue_has_a_name() -> None:
    written = yaml.safe_load((PROJECT_ROOT / "dbt_project" / "vars.yml").read_text(encoding="utf-8"))
    for code, entry in written["vars"]["indicators"].items():
        keys = [f"theme_{entry['theme']}", f"origin_{entry['origin']}", f"unit_{entry['unit']}"]
        keys += [f"breakdown_{name.strip()}" for name in (entry.get("breakdowns") or "").split(",") if name]
        keys += [f"accounting_{entry['accounting']}"] if entry.get("accounting") else []
        assert not [key for key in keys if key not in Words("en")], code


@pytest.mark.parametrize(("period", "english", "vietnamese"), [
    ("2025-12", "December 2025", "12/2025"),
    ("2025-Q4", "Q4 2025", "Quý IV/2025"),
    ("2025", "2025", "2025"),
    ("2018-01..2018-10", "January 2018 – October 2018", "01/2018 – 10/2018"),
])  # fmt: skip
def test_periods_in_words(period: str, english: str, vietnamese: str) -> None:
    assert (Words("en").period(period), Words("vi").period(period)) == (english, vietnamese)


def test_dates_and_numbers_in_the_form_of_the_language() -> None:
    moment = dt.datetime(2026, 1, 6, 9)
    assert (Words("en").day(moment), Words("vi").day(moment)) == ("6 January 2026", "06/01/2026")
    assert (Words("en").number(-1234.56, 1), Words("vi").number(-1234.56, 1)) == ("−1,234.6", "−1.234,6")
    assert Words("en").number(-0.04, 1) == Words("en").signed(0.04, 1) == "0.0"
    assert Words("en").number(None) == "–"


@pytest.mark.parametrize(("unit", "value", "english", "vietnamese"), [
    ("PT", 45.25, "45.2%", "45,2%"),
    ("PT", 2.955, "2.96%", "2,96%"),
    ("PT", 99.95, "99.95%", "99,95%"),
    ("PT", 100.0, "100.0%", "100,0%"),
    ("PS", 1234567.0, "1,234,567 persons", "1.234.567 người"),
    ("VND", 5.6e11, "560.0 billion VND", "560,0 tỷ đồng"),
    ("VND", 4.2e7, "42.0 million VND", "42,0 triệu đồng"),
    ("VND", 950_000.0, "950,000 VND", "950.000 đồng"),
])  # fmt: skip
def test_values_with_their_units(unit: str, value: float, english: str, vietnamese: str) -> None:
    scale = Scale.of(unit, [value, None])
    assert (scale.full(value, Words("en")), scale.full(value, Words("vi"))) == (english, vietnamese)


@pytest.mark.parametrize(("target", "english", "vietnamese"), [
    (Target("2025", "~", "2.5", ""), "about 2.5%", "khoảng 2,5%"),
    (Target("2025", ">", "95", ""), "more than 95%", "trên 95%"),
    (Target("2025", "=", "95.15", ""), "95.15%", "95,15%"),
    (Target("2024", "between 33 and 33.5", "33-33.5", ""), "33 to 33.5%", "33 đến 33,5%"),
])  # fmt: skip
def test_targets_in_words(target: Target, english: str, vietnamese: str) -> None:
    assert (target.words("en"), target.words("vi")) == (english, vietnamese)


@pytest.mark.parametrize(("distance", "words", "number"), [
    (0.004, "on the target", "0.00"), (-0.05, "0.05 points below", "−0.05"), (0.1, "0.1 points above", "+0.1"),
    (-2.34, "2.3 points below", "−2.3"),
])  # fmt: skip
def test_the_side_of_a_target_that_a_figure_lies_on(distance: float, words: str, number: str) -> None:
    goal = Goal(Target("2025", "=", "95.15", ""), "off_track", distance)
    row = target_row(goal, Words("en"))
    assert (row["gap"], row["distance"]) == (words, number)


def test_ages_in_words() -> None:
    assert [age_name(code, "en") for code in ("_T", "Y0T5", "Y_GE75")] == [
        "All ages",
        "0 to 5 years",
        "75 years and over",
    ]
    assert age_name("Y15T24", "vi") == "15–24 tuổi"
