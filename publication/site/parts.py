"""Parts that the overview and the pages of the indicators share."""

from __future__ import annotations

from typing import Any

import polars as pl

from publication.disclosure import FREE, NATION, TOTAL
from publication.site.scale import PERCENT, Scale
from publication.site.subject import Goal, Row, Subject
from publication.texts import Words

_SIGNS = {"met": "✓", "on_track": "↗", "off_track": "↘", "no_data": "–"}


def status(code: str | None, words: Words) -> dict[str, str] | None:
    """Return a status with a sign and words, so that colour never speaks alone."""
    return {"code": code, "sign": _SIGNS[code], "words": words(code)} if code else None


def cell(row: Row, subject: Subject, words: Words) -> str:
    """Return a value for a table: `c` where it is suppressed, a dash where there is none."""
    return "c" if row["conf_status"] != FREE else subject.scale_of(row["unit"]).number(row["value"], words)


def interval(row: Row, scale: Scale, words: Words, short: bool = False) -> str:
    """Return the interval of a figure in words, or only its ends; empty where there is none."""
    if row["lower"] is None or row["upper"] is None:
        return "–" if short else ""
    digits = 2 if scale.unit == PERCENT else scale.digits
    lower, upper = (words.number(scale.scaled(row[end]), digits) for end in ("lower", "upper"))
    return f"{lower} – {upper}" if short else words("interval", lower=lower, upper=upper)


def target_rows(subject: Subject, words: Words) -> list[dict[str, Any]]:
    """Return every target of an indicator with the progress towards it."""
    return [target_row(goal, words) for goal in subject.goals]


def target_row(goal: Goal, words: Words) -> dict[str, Any]:
    """Return a target with the progress towards it."""
    return {
        "year": goal.target.period,
        "words": goal.target.words(words.language),
        "source": goal.target.source,
        "distance": signed_distance(goal.distance, words),
        "required": words.signed(goal.required, 1),
        "observed": words.signed(goal.observed, 1),
        "status": status(goal.status, words),
        "gap": _gap(goal.distance, words),
    }


def signed_distance(distance: float | None, words: Words) -> str:
    """Return how far a figure lies above or below its target, in points with their sign."""
    return words.signed(distance, _digits(distance))


def link_rates(links: pl.DataFrame, words: Words) -> list[dict[str, str]]:
    """Return the share of each registry's records that lead to a person of the population register, whole country."""
    national = links.filter(area=NATION, sex=TOTAL, age=TOTAL)
    return [
        {"name": words.named("registry", registry), "rate": words.number(float(rate), 1)}
        for registry, rate in national.select("registry", "rate").iter_rows()
    ]


def _gap(distance: float | None, words: Words) -> str:
    if distance is None:
        return ""
    if round(distance, 2) == 0:
        return words("level")
    return words("above" if distance > 0 else "below", points=words.number(abs(distance), _digits(distance)))


def _digits(distance: float | None) -> int:
    """Return the digits of a distance: a tenth would hide which side of the target a near figure lies on."""
    return 2 if distance is not None and abs(distance) < 0.1 else 1
