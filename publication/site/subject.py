"""An indicator of the catalogue with its published figures, as pages, charts and maps ask for them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl

from publication import targets
from publication.disclosure import FREE, NATION, TOTAL
from publication.inputs import Labels
from publication.site.scale import Scale
from publication.targets import Target
from publication.texts import age_span

Row = dict[str, Any]
FREQS = ("M", "Q", "A")
_WHOLE = {"sex": TOTAL, "age": TOTAL, "breakdown": TOTAL}


@dataclass(frozen=True)
class Goal:
    """A target and how far the whole country or a province has come: points, points a year, status."""

    target: Target
    status: str | None = None
    distance: float | None = None
    required: float | None = None
    observed: float | None = None


class Subject:
    """An indicator: `row` of the catalogue, published `figures`, and what the labels say about it."""

    def __init__(self, row: Row, figures: pl.DataFrame, labels: Labels, year: str) -> None:
        self.row, self.figures, self.labels, self.year = row, figures, labels, year
        self.code: str = row["indicator"]
        self.slug = self.code.lower()

    @cached_property
    def freq(self) -> str | None:
        """The finest frequency with figures."""
        present = set(self.figures["freq"])
        return next((freq for freq in FREQS if freq in present), None)

    @cached_property
    def period(self) -> str | None:
        """The newest period of that frequency."""
        periods = self.figures.filter(freq=self.freq)["period"] if self.freq else pl.Series(dtype=pl.String)
        return str(periods.max()) if len(periods) else None

    @cached_property
    def national(self) -> dict[str, list[Row]]:
        """Totals of the whole country by frequency, oldest first."""
        rows = self.figures.filter(area=NATION, area_list="34", **_WHOLE).sort("period")
        return {freq: rows.filter(freq=freq).rows(named=True) for freq in FREQS if freq in set(rows["freq"])}

    @property
    def last(self) -> Row | None:
        """The newest total of the whole country, suppressed or not."""
        rows = self.national.get(self.freq or "", [])
        return rows[-1] if rows and rows[-1]["period"] == self.period else None

    @cached_property
    def scale(self) -> Scale:
        """How the totals of the whole country are written."""
        row = self.last or next(self.figures.iter_rows(named=True), None)
        return self.scale_of(str(row["unit"])) if row else Scale(str(self.row["unit"]))

    def scale_of(self, unit: str) -> Scale:
        """Return how figures of a unit are written on this indicator's pages."""
        return self._scales.get(unit, Scale(unit))

    @cached_property
    def _scales(self) -> dict[str, Scale]:
        parts = self.figures.filter(area=NATION).partition_by("unit", as_dict=True)
        return {str(unit): Scale.of(str(unit), part["value"]) for (unit,), part in parts.items()}

    def provinces(self, area_list: str = "34") -> list[Row]:
        """Return the newest totals of the provinces of a list."""
        rows = self.figures.filter(pl.col("area") != NATION, freq=self.freq or "", area_list=area_list, **_WHOLE)
        return rows.filter(pl.col("period") == pl.col("period").max()).sort("area").rows(named=True)

    def groups(self) -> dict[str, list[Row]]:
        """Return the newest figures of the whole country by sex, by age group and by each further breakdown."""
        nation = self.figures.filter(area=NATION, area_list="34")
        parts = {
            "sex": nation.filter(pl.col("sex") != TOTAL, age=TOTAL, breakdown=TOTAL).sort("sex", descending=True),
            "age": nation.filter(pl.col("age") != TOTAL, sex=TOTAL, breakdown=TOTAL),
        }
        named = [name for name in str(self.row["breakdowns"] or "").split(",") if name]
        found = sorted(set(nation["breakdown"]) - {TOTAL})
        for name in dict.fromkeys([*(name for name in named if name in found), *found]):
            parts[name] = nation.filter(breakdown=name)
        rows = {name: _newest(part) for name, part in parts.items() if not part.is_empty()}
        if "age" in rows:
            rows["age"].sort(key=lambda row: age_span(row["age"]))
        return rows

    @cached_property
    def breaks(self) -> list[Row]:
        """Breaks in the series within the time that it covers."""
        months = [row["period"] for row in self.national.get("M", [])]
        return [
            row
            for row in self.labels.breaks.filter(indicator=self.code).iter_rows(named=True)
            if months and months[0] <= row["period"] <= months[-1]
        ]

    @cached_property
    def references(self) -> list[Row]:
        """Figures published elsewhere beside the computed ones; none where one of the series is suppressed."""
        cell = ["area", "breakdown", "category"]
        whole = self.figures.filter(area_list="34", sex=TOTAL, age=TOTAL)
        shown = whole.group_by(cell).agg((pl.col("conf_status") == FREE).all()).filter("conf_status")
        rows = self.labels.reconciliation.filter(indicator=self.code).join(shown, on=cell, how="semi")
        return rows.sort("period", *cell, "published_as").rows(named=True)

    @cached_property
    def goals(self) -> list[Goal]:
        """Every target, by year, with the progress of the whole country towards it."""
        shown = self.last is not None and self.last["conf_status"] == FREE
        stated = targets.of_indicator(self.labels.targets, self.code)
        goals = {(target.period, target.source): Goal(target) for target in stated}
        goals |= self._progress(NATION) if shown else {}
        return sorted(goals.values(), key=lambda goal: goal.target.period)

    @property
    def next_goals(self) -> list[Goal]:
        """The targets of the release's year, or of the next year that has one."""
        ahead = [goal for goal in self.goals if goal.target.period >= self.year]
        return [goal for goal in ahead if goal.target.period == ahead[0].target.period]

    def progress_of(self, area: str) -> Goal | None:
        """Return a province's progress to the next target; ask only where its figure is shown."""
        wanted = next((goal.target for goal in self.next_goals if goal.status), None)
        return self._progress(area).get((wanted.period, wanted.source)) if wanted else None

    def _progress(self, area: str) -> dict[tuple[str, str], Goal]:
        return self._all_progress.get(area, {})

    @cached_property
    def _all_progress(self) -> dict[str, dict[tuple[str, str], Goal]]:
        """Progress by area, then by target."""
        found: dict[str, dict[tuple[str, str], Goal]] = {}
        rows = self.labels.progress.filter(indicator=self.code, period=self.period or "", area_list="34")
        for row in rows.iter_rows(named=True):
            goal = Goal(
                Target(row["target_period"], row["operator"], str(row["target_value"]), row["source"]),
                row["status"], *(_float(row[name]) for name in ("distance", "required_pace", "observed_pace")),
            )  # fmt: skip
            found.setdefault(row["area"], {})[goal.target.period, goal.target.source] = goal
        return found


def of_release(figures: pl.DataFrame, labels: Labels, year: str) -> list[Subject]:
    """Return all indicators of the catalogue, the headline ones first, each with its figures."""
    parts = {key[0]: part for key, part in figures.partition_by("indicator", as_dict=True).items()}
    rows = sorted(
        labels.indicators.iter_rows(named=True), key=lambda row: (int(row["headline"] or 99), row["indicator"])
    )
    return [Subject(row, parts.get(row["indicator"], figures.clear()), labels, year) for row in rows]


def _newest(rows: pl.DataFrame) -> list[Row]:
    freq = next(freq for freq in FREQS if freq in set(rows["freq"]))
    rows = rows.filter(freq=freq)
    return rows.filter(pl.col("period") == pl.col("period").max()).rows(named=True)


def _float(text: Any) -> float | None:
    return float(text) if text not in (None, "") else None
