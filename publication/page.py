"""The release page: headline figures against their targets, in English (`index.html`) and Vietnamese."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2
import polars as pl
from markupsafe import Markup

from publication import references, targets
from publication.charts import Series, line_chart
from publication.disclosure import FREE, NATION, TOTAL
from publication.inputs import Labels
from publication.targets import format_number
from publication.texts import DEFINITIONS, NOTES, REGISTRIES, SHORT_NAMES, TEXTS, age_name, age_span

if TYPE_CHECKING:
    from publication.release import Release

PAGES = {"en": "index.html", "vi": "index.vi.html"}
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_SEXES = {TOTAL: "total", "M": "men", "F": "women"}


def write(release: Release, figures: pl.DataFrame, labels: Labels, threshold: int, folder: Path) -> None:
    """Write the page of a release in both languages; it needs no network and no script."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined,
    )  # fmt: skip
    template = environment.get_template("page.html.j2")
    for language, name in PAGES.items():
        context = _Page(release, figures, labels, threshold, language).context()
        (folder / name).write_text(template.render(context), encoding="utf-8")


class _Page:
    """Everything the template shows, in one language."""

    def __init__(self, release: Release, figures: pl.DataFrame, labels: Labels, threshold: int, language: str) -> None:
        self.release, self.labels, self.threshold, self.language = release, labels, threshold, language
        self.other = "vi" if language == "en" else "en"
        self.year = release.period[:4]
        names = {row["indicator"]: row for row in labels.indicators.iter_rows(named=True)}
        ordered = [*references.HEADLINE, *sorted(names)]
        present = set(figures["indicator"])
        self.indicators = [names[code] for code in dict.fromkeys(ordered) if code in names and code in present]
        self.months = sorted(set(figures["period"]))
        self.latest = figures.filter(pl.col("period") == release.period, pl.col("area_list") == "34")
        self.national = figures.filter(
            area="VN", area_list="34", sex=TOTAL, age=TOTAL
        ).sort("period")  # fmt: skip

    def context(self) -> dict[str, Any]:
        sources = list(self.labels.sources.iter_rows(named=True))
        return {
            "t": {key: texts[self.language] for key, texts in TEXTS.items()},
            "also": {key: texts[self.other] for key, texts in TEXTS.items()},
            "language": self.language,
            "other": self.other,
            "other_page": PAGES[self.other],
            "release": self.release,
            "month": self.month(self.release.period),
            "vintage": TEXTS[self.release.vintage],
            "published_on": self.day(),
            "year": self.year,
            "synthetic": any("synthetic" in row["source"].lower() for row in sources),
            "sources": sources,
            "cards": [self.card(indicator) for indicator in self.indicators],
            "groups": self.groups(),
            "provinces": self.provinces(),
            "links": self.links(),
            "compared": [row for indicator in self.indicators for row in self.compared(indicator)],
            "notes": [note[self.language].format(threshold=self.threshold) for note in NOTES],
        }

    def card(self, indicator: dict[str, Any]) -> dict[str, Any]:
        """One headline figure with its targets and its chart."""
        code = indicator["indicator"]
        series = self.national.filter(indicator=code)
        last = series.row(-1, named=True)
        all_targets = targets.of_indicator(self.labels.targets, code)
        year_targets = [target for target in all_targets if target.period == self.year]
        published = references.of_indicator(self.labels.published, code, self.months)
        breaks = self.labels.breaks.filter(pl.col("indicator") == code, pl.col("period").is_in(self.months))
        values = series["value"].to_list()
        name = indicator[f"name_{self.language}"]
        return {
            "code": code,
            "name": name,
            "short": SHORT_NAMES[code][self.language] if code in SHORT_NAMES else name,
            "short_also": SHORT_NAMES[code][self.other] if code in SHORT_NAMES else indicator[f"name_{self.other}"],
            "known": last["value"] is not None,
            "described": self.described(name, series),
            "also": indicator[f"name_{self.other}"],
            "value": self.number(last["value"], 1),
            "persons": self.persons(last),
            "targets": [
                {"words": target.words(self.language), "distance": self.distance(last["value"], target),
                 "source": target.source}
                for target in year_targets
            ],
            "all_targets": [
                {"period": target.period, "words": target.words(self.language), "source": target.source}
                for target in all_targets
            ],
            "has_references": bool(published),
            "breaks": [
                {"month": self.month(row["period"]), "reason": row[f"reason_{self.language}"], "source": row["source"]}
                for row in breaks.iter_rows(named=True)
            ],
            "numerator": self.defined(indicator, "numerator"),
            "denominator": self.defined(indicator, "denominator"),
            # Where every month is suppressed there is nothing to draw.
            "chart": series["value"].count() > 0 and Markup(
                line_chart(
                    Series(
                        series["period"].to_list(), values,
                        sorted({bound for target in year_targets for bound in target.bounds}),
                        [(reference.month, reference.value) for reference in published],
                        breaks["period"].to_list(),
                    ),
                    self.language, name, self.described(name, series), f"chart-{code.lower().replace('_', '-')}",
                )
            ),
        }  # fmt: skip

    def defined(self, indicator: dict[str, Any], part: str) -> str:
        """The definition in the page's language; the catalogue writes it in English."""
        translated = DEFINITIONS.get(indicator["indicator"], {}) if self.language == "vi" else {}
        return translated.get(part) or str(indicator[f"{part}_en"])

    def described(self, name: str, series: pl.DataFrame) -> str:
        known = series.drop_nulls("value")
        if known.is_empty():
            return name
        first, last = known.row(0, named=True), known.row(-1, named=True)
        return TEXTS["described"][self.language].format(
            name=name, first=self.number(first["value"], 1), first_month=self.month(first["period"]),
            last=self.number(last["value"], 1), last_month=self.month(last["period"]),
        )  # fmt: skip

    def persons(self, row: dict[str, Any]) -> str:
        if row["numerator"] is None:
            return TEXTS["hidden_value"][self.language]
        return TEXTS["persons"][self.language].format(
            numerator=self.number(row["numerator"], 0), denominator=self.number(row["denominator"], 0)
        )

    def distance(self, value: float | None, target: targets.Target) -> str:
        if value is None:
            return ""
        gap = round(value - target.bounds[0], 1)
        if target.bounds[0] <= value <= target.bounds[-1] or gap == 0:
            return TEXTS["level"][self.language]
        gap = round(value - (target.bounds[-1] if gap > 0 else target.bounds[0]), 1)
        return TEXTS["above" if gap > 0 else "below"][self.language].format(points=self.number(abs(gap), 1))

    def groups(self) -> list[dict[str, Any]]:
        """Rows of the table by sex and by age group."""
        national = self.latest.filter(area=NATION)
        sexes = [(TEXTS[text][self.language], code, TOTAL) for code, text in _SEXES.items()]
        codes = sorted(set(national["age"]) - {TOTAL}, key=age_span)
        ages = [(age_name(code, self.language), TOTAL, code) for code in codes]
        return [
            {"name": name, "cells": self.cells(national.filter(sex=sex, age=age))} for name, sex, age in sexes + ages
        ]

    def provinces(self) -> list[dict[str, Any]]:
        totals = self.latest.filter(sex=TOTAL, age=TOTAL)
        areas = dict(totals.select("area", "area_name").unique().sort("area").iter_rows())
        areas.pop(NATION)
        rows = [(NATION, TEXTS["country"][self.language]), *areas.items()]
        return [{"code": code, "name": name, "cells": self.cells(totals.filter(area=code))} for code, name in rows]

    def links(self) -> list[dict[str, str]]:
        """Share of each registry's records that lead to a person of the population register, whole country."""
        national = self.labels.links.filter(area=NATION, sex=TOTAL, age=TOTAL)
        return [
            {"name": REGISTRIES[registry][self.language], "rate": self.number(float(rate), 1)}
            for registry, rate in national.select("registry", "rate").iter_rows()
        ]

    def cells(self, rows: pl.DataFrame) -> list[str]:
        """The value of each indicator: a number, `c` where it is suppressed, a dash where there is none."""
        found = {row["indicator"]: row for row in rows.iter_rows(named=True)}
        return [self.cell(found.get(indicator["indicator"])) for indicator in self.indicators]

    def cell(self, row: dict[str, Any] | None) -> str:
        if row is None:
            return "–"
        return "c" if row["conf_status"] != FREE else self.number(row["value"], 1)

    def compared(self, indicator: dict[str, Any]) -> list[dict[str, str]]:
        here = dict(self.national.filter(indicator=indicator["indicator"]).select("period", "value").iter_rows())
        return [
            {
                "name": SHORT_NAMES[indicator["indicator"]][self.language],
                "month": self.month(reference.month),
                "there": self.number(reference.value, 2),
                "here": self.number(here.get(reference.month), 2),
                "difference": self.signed(here.get(reference.month), reference.value),
                "base": reference.base,
                "title": reference.title,
                "url": reference.url,
            }
            for reference in references.of_indicator(self.labels.published, indicator["indicator"], self.months)
        ]

    def signed(self, here: float | None, there: float) -> str:
        if here is None:
            return "–"
        gap = round(here - there, 2)
        return ("+" if gap > 0 else "−" if gap < 0 else "") + self.number(abs(gap), 2)

    def number(self, value: float | None, digits: int) -> str:
        return "–" if value is None else format_number(value, self.language, digits)

    def month(self, period: str) -> str:
        year, month = period.split("-")
        return f"{_MONTHS[int(month) - 1]} {year}" if self.language == "en" else f"{month}/{year}"

    def day(self) -> str:
        at = self.release.published_at
        return f"{at.day} {_MONTHS[at.month - 1]} {at.year}" if self.language == "en" else f"{at:%d/%m/%Y}"
