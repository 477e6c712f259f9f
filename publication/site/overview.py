"""What the overview of a release shows, in one language: headline figures against their targets, then all by theme."""

from __future__ import annotations

from typing import Any

from publication.disclosure import FREE
from publication.inputs import Labels
from publication.site.indicator import compared
from publication.site.parts import interval, link_rates, target_row
from publication.site.scale import PERCENT
from publication.site.subject import Subject
from publication.texts import Words

_THEMES = ("participation", "health", "benefits", "finance", "labour", "service", "reference")


def context(subjects: list[Subject], labels: Labels, words: Words) -> dict[str, Any]:
    """Return all that the template of the overview asks for, but the release."""
    lines = [_line(subject, words) for subject in subjects]
    return {
        "cards": [line for line, subject in zip(lines, subjects, strict=True) if subject.row["headline"]],
        "themes": [
            {"name": words(f"theme_{theme}"), "lines": found}
            for theme in _THEMES
            if (found := [line for line, subject in zip(lines, subjects, strict=True) if subject.row["theme"] == theme])
        ],
        "compared": [row for subject in subjects for row in compared(subject, words)],
        "links": link_rates(labels.links, words),
        "sources": list(labels.sources.iter_rows(named=True)),
    }


def _line(subject: Subject, words: Words) -> dict[str, Any]:
    """An indicator in a line or on a card: value, period, the next targets and where they stand."""
    last, scale = subject.last, subject.scale
    value = last["value"] if last else None
    goals = [target_row(goal, words) for goal in subject.next_goals]
    bounds = [bound for goal in subject.next_goals[:1] for bound in goal.target.bounds]
    return {
        "slug": subject.slug,
        "code": subject.code,
        "name": words.of(subject.row, "name"),
        "value": scale.number(value, words) if value is not None else None,
        "unit": "%" if scale.unit == PERCENT else scale.name(words),
        "suppressed": last is not None and last["conf_status"] != FREE,
        "period": words.period(subject.period) if subject.period else None,
        "interval": interval(last, scale, words) if last else "",
        "goals": goals,
        "gauge": _gauge(value, bounds) if scale.unit == PERCENT else None,
    }


def _gauge(value: float | None, bounds: list[float]) -> tuple[float, float | None] | None:
    """A rate and its target on a scale from 0 to 100."""
    return (min(100.0, round(value, 1)), min(100.0, bounds[0]) if bounds else None) if value is not None else None
