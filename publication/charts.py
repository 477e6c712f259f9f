"""Line charts of an indicator over months, as SVG that needs neither network nor scripts."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt
import polars as pl
import vl_convert

LINE, TARGET, REFERENCE, BREAK = "#0b4f8a", "#b4231f", "#1d2733", "#6b7785"
_WIDTH, _HEIGHT = 430, 230
_VIETNAMESE = {"decimal": ",", "thousands": ".", "grouping": [3], "currency": ["", " ₫"]}
_MONTHS = "['Jan','Feb','Mar','Apr','May','Jun','Jul','Aug','Sep','Oct','Nov','Dec']"
_MONTH_LABELS = {
    "en": f"{_MONTHS}[toNumber(substring(datum.value,5,7))-1] + ' ' + substring(datum.value,0,4)",
    "vi": "substring(datum.value,5,7) + '/' + substring(datum.value,0,4)",
}


@dataclass(frozen=True)
class Series:
    """What a chart shows: values by month, target levels, values published elsewhere, and months of a break."""

    months: Sequence[str]
    values: Sequence[float | None]
    targets: Sequence[float]
    references: Sequence[tuple[str, float]]
    breaks: Sequence[str]


def line_chart(series: Series, language: str, title: str, description: str, identifier: str) -> str:
    """Return the chart as an SVG element with a title and a description for those who cannot see it."""
    numbers = [value for value in series.values if value is not None]
    numbers += [*series.targets, *(value for _, value in series.references)]
    spread = max(max(numbers) - min(numbers), 1.0)
    low, high = max(0.0, min(numbers) - spread * 0.15), min(100.0, max(numbers) + spread * 0.2)
    data = pl.DataFrame({"month": series.months, "value": series.values}, schema_overrides={"value": pl.Float64})
    step = max(1, -(-len(series.months) // 5))
    x = alt.X(
        "month:O",
        scale=alt.Scale(domain=list(series.months), type="point", padding=0.3),
        axis=alt.Axis(
            title=None, values=list(series.months[::-1][::step]), labelExpr=_MONTH_LABELS[language], labelAngle=0
        ),
    )  # fmt: skip
    y = alt.Y(
        "value:Q",
        scale=alt.Scale(domain=[low, high], nice=False, zero=False),
        axis=alt.Axis(title=None, labelExpr="datum.label + '%'", tickCount=5, grid=True),
    )  # fmt: skip
    line = alt.Chart(data).encode(x=x, y=y)
    layers: list[alt.Chart] = [
        *(_rule_across(level) for level in series.targets),
        *(_rule_down(month, x) for month in series.breaks if month in series.months),
        line.mark_line(color=LINE, strokeWidth=2.5),
        line.mark_point(color=LINE, filled=True, size=34, opacity=1),
        line.transform_filter(alt.datum.month == series.months[-1])
        .mark_text(dy=-12, dx=-6, align="right", color=LINE, fontWeight="bold", fontSize=16)
        .encode(text=alt.Text("value:Q", format=".1f")),
    ]
    points = [(month, value) for month, value in series.references if month in series.months]
    if points:
        published = pl.DataFrame(points, schema=["month", "value"], orient="row")
        layers.append(
            alt.Chart(published)
            .mark_point(shape="diamond", size=95, color=REFERENCE, strokeWidth=1.8, fill="white", opacity=1)
            .encode(x=x, y=y)
        )
    chart = alt.layer(*layers, data=data).properties(width=_WIDTH, height=_HEIGHT).configure(
        font="Arial, Helvetica, sans-serif",
        background="transparent",
        view=alt.ViewConfig(stroke=None),
        axis=alt.AxisConfig(
            labelFontSize=14, labelColor="#3a4653", gridColor="#e3e8ee", domainColor="#9aa5b1", tickColor="#9aa5b1"
        ),
    )  # fmt: skip
    locale = _VIETNAMESE if language == "vi" else None
    svg = vl_convert.vegalite_to_svg(chart.to_dict(), format_locale=locale)
    return _accessible(svg, title, description, identifier)


def _rule_across(level: float) -> alt.Chart:
    chart = alt.Chart(pl.DataFrame({"value": [level]}))
    rule: alt.Chart = chart.mark_rule(color=TARGET, strokeDash=[6, 4], strokeWidth=1.6).encode(y="value:Q")
    return rule


def _rule_down(month: str, x: alt.X) -> alt.Chart:
    chart = alt.Chart(pl.DataFrame({"month": [month]}))
    rule: alt.Chart = chart.mark_rule(color=BREAK, strokeDash=[2, 3], strokeWidth=1.2).encode(x=x)
    return rule


def _accessible(svg: str, title: str, description: str, identifier: str) -> str:
    """Let the picture scale with the page, and name it for screen readers."""
    svg = re.sub(r'\s(width|height)="[^"]*"', "", svg, count=2)
    svg = re.sub(r"\b(clip|gradient)_?(\d+)", rf"{identifier}-\1\2", svg)
    # The drawing's own roles would be read out shape by shape.
    svg = re.sub(r'\s(role|aria-[a-z]+)="[^"]*"', "", svg)
    head = f'<svg role="img" aria-labelledby="{identifier}-title {identifier}-desc"'
    named = (
        f'<title id="{identifier}-title">{html.escape(title)}</title>'
        f'<desc id="{identifier}-desc">{html.escape(description)}</desc>'
    )
    opening = svg.index(">", svg.index("<svg"))
    return head + svg[svg.index("<svg") + 4 : opening + 1] + named + svg[opening + 1 :]
