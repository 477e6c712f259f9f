"""Figures published elsewhere, beside the series, so that a difference can be explained."""

from __future__ import annotations

import re
from dataclasses import dataclass

import polars as pl

HEADLINE = ("SI_COV", "SI_COV_VOL", "UI_COV", "HI_COV", "PENS_COV", "LINK_RATE")
"""The headline indicators in the order of the publication."""

_PUBLISHED_AS = {
    "SI_COV": "SI coverage",
    "SI_COV_VOL": "SI coverage, voluntary",
    "UI_COV": "UI coverage",
    "HI_COV": "HI coverage",
    "LINK_RATE": "Participants verified against population database",
}
_PERIOD = re.compile(r"^(\d{4})(?:-(\d{2}))?(?:-\d{2})?$")


@dataclass(frozen=True)
class Reference:
    """A national figure that was published elsewhere: month, per cent, the base as worded there, and where."""

    month: str
    value: float
    base: str
    title: str
    url: str


def of_indicator(published: pl.DataFrame, indicator: str, months: list[str]) -> list[Reference]:
    """Return the figures published elsewhere for an indicator in these months; a year stands for its December."""
    rows = published.filter(
        pl.col("indicator") == _PUBLISHED_AS.get(indicator, ""),
        pl.col("area") == "Viet Nam",
        pl.col("unit").str.starts_with("%"),
    ).select("period", "value", "unit", "source_title", "source_url")
    found = [
        Reference(f"{match[1]}-{match[2] or '12'}", float(value), unit.removeprefix("% "), title, url)
        for period, value, unit, title, url in rows.iter_rows()
        if (match := _PERIOD.match(period))
    ]
    return sorted((reference for reference in found if reference.month in months), key=lambda found: found.month)
