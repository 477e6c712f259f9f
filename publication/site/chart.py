"""The chart of an indicator over time: a Vega-Lite specification, drawn as SVG without network or scripts."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import vl_convert

_LINE, _TARGET, _REFERENCE, _BREAK = "#0b4f8a", "#a8321a", "#1d2733", "#6b7785"
_WIDTH, _HEIGHT, _LABELS = 430, 240, 5
_VIETNAMESE = {"decimal": ",", "thousands": ".", "grouping": [3], "currency": ["", " ₫"]}
# The drawing is laid out without measuring text: fonts differ between machines, and a release must not.
_DIGIT, _PADDING = 8.5, {"top": 8, "right": 36, "bottom": 28}
_CONFIG = {
    "font": "Arial, Helvetica, sans-serif",
    "background": "transparent",
    "view": {"stroke": None},
    "axis": {
        "labelBound": False, "labelOverlap": False, "labelLimit": 0, "labelFontSize": 15, "labelColor": "#3a4653",
        "gridColor": "#e3e8ee", "domainColor": "#9aa5b1", "tickColor": "#9aa5b1",
    },
}  # fmt: skip


@dataclass(frozen=True)
class Series:
    """What a chart shows, in the unit that is written beside it.

    Attributes:
        periods: the periods as the axis names them, oldest first.
        values: a value for each period, None where there is none.
        lower: lower ends of the intervals, None where there is none.
        upper: upper ends of the intervals.
        targets: levels of the targets.
        references: values published elsewhere, by place in `periods`.
        breaks: places in `periods` where a break lies.
        percent: whether the values are per cent.
    """

    periods: Sequence[str]
    values: Sequence[float | None]
    lower: Sequence[float | None]
    upper: Sequence[float | None]
    targets: Sequence[float] = ()
    references: Sequence[tuple[int, float]] = ()
    breaks: Sequence[int] = ()
    percent: bool = False

    @property
    def drawable(self) -> bool:
        """Whether there is a line to draw."""
        return sum(value is not None for value in self.values) > 1

    @property
    def span(self) -> tuple[float, float]:
        """The ends of the axis: all that is shown and some room; never below zero without need."""
        shown = [value for value in (*self.values, *self.lower, *self.upper) if value is not None]
        shown += [*self.targets, *(value for _, value in self.references)]
        room = max(max(shown) - min(shown), abs(max(shown)) * 0.02, 1e-9) * 0.15
        least, most = min(shown), max(shown)
        low, high = least - room, most + 1.5 * room
        return max(0.0, low) if least >= 0 else low, min(100.0, high) if self.percent and most <= 100 else high


def line_chart(series: Series, language: str, title: str, description: str, identifier: str) -> str:
    """Return the chart as an SVG element with a title and a description for those who cannot see it."""
    locale = _VIETNAMESE if language == "vi" else None
    svg = vl_convert.vegalite_to_svg(_specification(series), format_locale=locale)
    return _accessible(svg, title, description, identifier)


def _specification(series: Series) -> dict[str, Any]:
    data = [
        {"period": period, "value": value, "lower": low, "upper": high}
        for period, value, low, high in zip(series.periods, series.values, series.lower, series.upper, strict=True)
    ]
    step = max(1, -(-len(data) // _LABELS))
    x = {
        "field": "period", "type": "ordinal", "sort": None,
        "scale": {"domain": list(series.periods), "type": "point", "padding": 0.3},
        "axis": {"title": None, "values": list(series.periods)[::-1][::step], "labelAngle": 0},
    }  # fmt: skip
    axis: dict[str, Any] = {"title": None, "tickCount": 5, "grid": True}
    if series.percent:
        axis["labelExpr"] = "datum.label + '%'"
    y = {
        "field": "value", "type": "quantitative", "axis": axis,
        "scale": {"domain": list(series.span), "nice": False, "zero": False},
    }  # fmt: skip
    layers: list[dict[str, Any]] = []
    if any(value is not None for value in series.lower):
        band = {"type": "area", "color": _LINE, "opacity": 0.18}
        layers.append({"mark": band, "encoding": {"x": x, "y": y | {"field": "lower"}, "y2": {"field": "upper"}}})
    layers += [
        _layer({"type": "rule", "color": _TARGET, "strokeDash": [6, 4], "strokeWidth": 1.6}, {"y": y}, value=level)
        for level in series.targets
    ]
    layers += [
        _layer({"type": "rule", "color": _BREAK, "strokeDash": [2, 3], "strokeWidth": 1.2}, {"x": x},
               period=series.periods[place])
        for place in series.breaks
    ]  # fmt: skip
    line = {"type": "line", "color": _LINE, "strokeWidth": 2.5}
    point = {"type": "point", "color": _LINE, "filled": True, "size": 34, "opacity": 1}
    layers += [{"mark": mark, "encoding": {"x": x, "y": y}} for mark in (line, point)]
    mark = {"type": "point", "shape": "diamond", "size": 95, "color": _REFERENCE, "strokeWidth": 1.8, "fill": "white",
            "opacity": 1}  # fmt: skip
    layers += [
        _layer(mark, {"x": x, "y": y}, period=series.periods[place], value=value) for place, value in series.references
    ]
    left = 18 + _DIGIT * max(5, len(f"{series.span[1]:,.0f}"))
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": _WIDTH, "height": _HEIGHT, "autosize": "none", "padding": _PADDING | {"left": left},
        "data": {"values": data}, "layer": layers, "config": _CONFIG,
    }  # fmt: skip


def _layer(mark: dict[str, Any], encoding: dict[str, Any], **datum: object) -> dict[str, Any]:
    return {"data": {"values": [datum]}, "mark": mark, "encoding": encoding}


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
