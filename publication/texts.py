"""The words of the publication (`texts.yaml`), its numbers and its dates, in English and Vietnamese."""

from __future__ import annotations

import datetime as dt
import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from publication.targets import format_number

LANGUAGES = ("en", "vi")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_QUARTERS = ("I", "II", "III", "IV")
_AGE_NAMES = {
    "en": ("All ages", "{} to {} years", "{} years and over"),
    "vi": ("Mọi lứa tuổi", "{}–{} tuổi", "từ {} tuổi trở lên"),
}


@cache
def texts() -> dict[str, Any]:
    """Return the texts as written: key, then language."""
    found: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("texts.yaml").read_text(encoding="utf-8"))
    return found


class Words:
    """One language of the publication: `en` or `vi`."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.other = next(other for other in LANGUAGES if other != language)

    def __call__(self, key: str, **values: object) -> str:
        """Return a text with its blanks filled."""
        text: str = texts()[key][self.language]
        return text.format(**values) if values else text

    def __contains__(self, key: str) -> bool:
        return key in texts()

    def named(self, kind: str, code: str) -> str:
        """Return the name of a code of a kind (`registry`, `breakdown`); a code without one names itself."""
        key = f"{kind}_{code}"
        return self(key) if key in self else code.replace("_", " ").capitalize()

    def file(self, name: str) -> str:
        """Return what a file of a release is; a file without a text is called by its name."""
        described: dict[str, dict[str, str]] = texts()["files"]
        return described[name][self.language] if name in described else name

    def footnotes(self, **values: object) -> list[str]:
        """Return the notes that hold for every page."""
        return [note[self.language].format(**values) for note in texts()["footnotes"]]

    def of(self, row: dict[str, Any], column: str) -> str:
        """Return the text of a row in this language: `name` is read from `name_en` or `name_vi`."""
        return str(row.get(f"{column}_{self.language}") or "")

    def number(self, value: float | None, digits: int | None = None) -> str:
        """Return a number, a dash where there is none."""
        if value is None:
            return "–"
        text = format_number(abs(value), self.language, digits)
        return f"−{text}" if value < 0 and any(digit in text for digit in "123456789") else text

    def signed(self, value: float | None, digits: int | None = None) -> str:
        """Return a number with its sign."""
        text = self.number(value, digits)
        return f"+{text}" if value is not None and value > 0 and any(digit in text for digit in "123456789") else text

    def period(self, period: str) -> str:
        """Return a month, quarter or year in words, or a span of them written with two dots."""
        if ".." in period:
            return " – ".join(map(self.period, period.split("..")))
        year, _, part = period.partition("-")
        if not part:
            return year
        if part.startswith("Q"):
            number = int(part[1:])
            return f"Q{number} {year}" if self.language == "en" else f"Quý {_QUARTERS[number - 1]}/{year}"
        return f"{_MONTHS[int(part) - 1]} {year}" if self.language == "en" else f"{part}/{year}"

    def short_period(self, period: str) -> str:
        """Return a period as an axis has room for."""
        year, _, part = period.partition("-")
        if self.language == "en" and part.isdigit():
            return f"{_MONTHS[int(part) - 1][:3]} {year}"
        return self.period(period)

    def day(self, moment: dt.datetime) -> str:
        """Return a date."""
        if self.language == "en":
            return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"
        return f"{moment:%d/%m/%Y}"


def age_span(code: str) -> tuple[int, ...]:
    """Return the bounds in years of an SDMX age code: `Y15T24` is (15, 24), `Y_GE75` is (75,), `_T` is ()."""
    return tuple(int(part) for part in re.findall(r"\d+", code))


def age_name(code: str, language: str) -> str:
    """Return an SDMX age code in words, in `en` or `vi`."""
    span = age_span(code)
    return _AGE_NAMES[language][{0: 0, 2: 1, 1: 2}[len(span)]].format(*span)
