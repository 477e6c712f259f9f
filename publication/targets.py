"""Targets as people read them: about 45%, more than 95%, 42 to 43%."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

_WORDS = {
    "en": {"~": "about {}", ">=": "at least {}", ">": "more than {}", "=": "{}", "between": "{} to {}"},
    "vi": {"~": "khoảng {}", ">=": "ít nhất {}", ">": "trên {}", "=": "{}", "between": "{} đến {}"},
}


@dataclass(frozen=True)
class Target:
    """A target of an indicator for a year: one or two bounds in per cent, the operator, and who set it."""

    period: str
    operator: str
    text: str
    source: str

    @property
    def bounds(self) -> list[float]:
        """The value, or the two ends of a range."""
        return [float(part) for part in self.text.split("-")]

    def words(self, language: str) -> str:
        """Return the target in words, in `en` or `vi`."""
        numbers = [format_number(bound, language) for bound in self.bounds]
        return _WORDS[language][self.operator.split()[0]].format(*numbers) + "%"

    def as_json(self) -> dict[str, Any]:
        """Return the target as JSON types; a range stays text."""
        value = self.bounds[0] if len(self.bounds) == 1 else self.text
        return {"period": self.period, "operator": self.operator, "value": value, "source": self.source}


def of_indicator(targets: pl.DataFrame, indicator: str) -> list[Target]:
    """Return the targets of an indicator in the order of their years."""
    rows = targets.filter(pl.col("indicator") == indicator).sort("period", maintain_order=True)
    return [Target(*row) for row in rows.select("period", "operator", "value", "source").iter_rows()]


def format_number(number: float, language: str, digits: int | None = None) -> str:
    """Return a number as the language writes it: 1,234.5 in English, 1.234,5 in Vietnamese."""
    text = f"{number:,.{digits}f}" if digits is not None else f"{number:,.12g}"
    return text.translate(str.maketrans(",.", ".,")) if language == "vi" else text
