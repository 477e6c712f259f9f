"""What the page of an indicator shows, in one language."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from publication.disclosure import FREE, TOTAL
from publication.site import places, why
from publication.site.chart import Series, line_chart
from publication.site.parts import cell, interval, target_rows
from publication.site.scale import PERCENT, Scale
from publication.site.subject import FREQS, Row, Subject
from publication.texts import Words, age_name

_METHOD = ("legal_basis", "sdg_code", "vn_roadmap_code", "national_code", "ilo_code", "definition_status")
_REVISED = ("moved", "hidden", "shown", "added", "removed")


def context(subject: Subject, revisions: list[Row], facts: Row, words: Words) -> dict[str, Any]:
    """Return all that the template of an indicator asks for, but the release."""
    row, period = subject.row, subject.period
    return {
        "subject": subject,
        "name": words.of(row, "name"),
        "theme": words(f"theme_{row['theme']}"),
        "period": words.period(period) if period else None,
        "unit": subject.scale.name(words),
        "figure": _figure(subject, words),
        "goals": target_rows(subject, words),
        "definition": [
            (words(key), words.of(row, key)) for key in ("definition", "numerator", "denominator") if words.of(row, key)
        ],
        "chart": _chart(subject, words),
        "points": _points(subject, words),
        "maps": [shown for area_list in ("34", "63") if (shown := places.context(subject, area_list, words))],
        "groups": [_group(subject, name, rows, words) for name, rows in subject.groups().items()],
        "compared": compared(subject, words),
        "revisions": [_revision(found, words) for found in revisions if found["indicator"] == subject.code],
        "method": _method(subject, words),
        "caveats": words.of(row, "caveats"),
        "breaks": [
            {"period": words.period(found["period"]), "reason": words.of(found, "reason"), "source": found["source"]}
            for found in subject.breaks
        ],
        "links": why.links(subject, facts, words),
        "why": why.context(subject, facts, words),
    }


def compared(subject: Subject, words: Words) -> list[dict[str, str]]:
    """Return the computed figures beside those that were published elsewhere, with the way from one to the other."""
    rows = []
    for found in subject.references:
        scale = subject.scale_of(found["published_unit"])
        digits = 2 if scale.unit == PERCENT else scale.digits
        computed, difference = float(found["computed"]), float(found["difference"])
        scaled = float(found["scale"] or 1) != 1
        rows.append({
            "name": words.of(subject.row, "name"),
            "slug": subject.slug,
            "period": words.period(found["period"]),
            "published_as": found["published_as"],
            "published": words.number(scale.scaled(float(found["published"])), digits),
            "scaled": words.number(scale.scaled(computed - difference), digits) if scaled else "–",
            "here": words.number(scale.scaled(computed), digits),
            "difference": words.signed(scale.scaled(difference), digits),
            "unit": scale.name(words),
            "bridge": words.of(found, "bridge"),
            "base": found["base_as_worded"] or "",
            "title": found["source_title"],
            "url": found["source_url"],
        })  # fmt: skip
    return rows


def _figure(subject: Subject, words: Words) -> dict[str, Any] | None:
    """The newest total of the whole country; None where there is none."""
    last = subject.last
    if last is None:
        return None
    if last["value"] is None:
        return {"value": None, "suppressed": last["conf_status"] != FREE}
    scale = subject.scale
    parts = [{"numerator": last["numerator"], "denominator": last["denominator"]}] if scale.unit == PERCENT else []
    known = [row for row in subject.national[last["freq"]][:-1] if row["value"] is not None]
    year_before = f"{int(last['period'][:4]) - 1}{last['period'][4:]}"
    earlier = dict.fromkeys(row["period"] for row in (*known[-1:], *(r for r in known if r["period"] == year_before)))
    before = {row["period"]: row["value"] for row in known}
    return {
        "value": scale.number(last["value"], words),
        "percent": scale.unit == PERCENT,
        "parts": [
            words("of_total", **{name: words.number(value, 0) for name, value in part.items()})
            for part in parts
            if None not in part.values()
        ],
        "interval": interval(last, scale, words),
        "changes": [
            words("change", change=scale.change(last["value"] - before[period], words), period=words.period(period))
            for period in earlier
        ],
    }


def _points(subject: Subject, words: Words) -> list[dict[str, Any]]:
    """The table of the series: one block a frequency, newest first."""
    return [
        {
            "freq": words(f"freq_{freq}"),
            "interval": any(row["lower"] is not None for row in rows),
            "rows": [
                {
                    "period": words.period(row["period"]),
                    "value": cell(row, subject, words),
                    "interval": interval(row, subject.scale, words, short=True),
                    "broken": row["obs_status"] == "B",
                }
                for row in reversed(rows)
            ],
        }
        for freq in FREQS
        if (rows := subject.national.get(freq))
    ]


def _chart(subject: Subject, words: Words) -> dict[str, Any] | None:
    rows = subject.national.get(subject.freq or "", [])
    scale, periods = subject.scale, [row["period"] for row in rows]
    levels = subject.next_goals if scale.unit == PERCENT else []
    numbers = {name: [scale.scaled(row[name]) for row in rows] for name in ("value", "lower", "upper")}
    references = [
        (periods.index(row["period"]), scale.scaled(float(row["computed"]) - float(row["difference"])) or 0.0)
        for row in subject.references
        if row["period"] in periods and (row["category"], row["published_unit"]) == (TOTAL, scale.unit)
    ]
    series = Series(
        [words.short_period(period) for period in periods], numbers["value"], numbers["lower"], numbers["upper"],
        sorted({bound for goal in levels for bound in goal.target.bounds}), references,
        [periods.index(row["period"]) for row in subject.breaks if row["period"] in periods], scale.unit == PERCENT,
    )  # fmt: skip
    if not series.drawable:
        return None
    known = [row for row in rows if row["value"] is not None]
    name = words.of(subject.row, "name")
    described = words(
        "described", name=name,
        first=scale.full(known[0]["value"], words), first_period=words.period(known[0]["period"]),
        last=scale.full(known[-1]["value"], words), last_period=words.period(known[-1]["period"]),
    )  # fmt: skip
    return {
        "svg": Markup(line_chart(series, words.language, name, described, f"chart-{subject.slug}")),
        "described": described,
        "cut": series.span[0] > 0,
        "band": any(value is not None for value in series.lower),
        "targets": [
            words("legend_target", year=goal.target.period, words=goal.target.words(words.language)) for goal in levels
        ],
        "references": bool(references),
        "breaks": bool(series.breaks),
    }


def _group(subject: Subject, name: str, rows: list[Row], words: Words) -> dict[str, Any]:
    """A table of the whole country by one dimension; bars where all values have one unit."""
    units = {row["unit"] for row in rows}
    scales = {unit: subject.scale_of(unit) for unit in units}
    largest = max((row["value"] or 0 for row in rows), default=0)
    labels = {
        row["category"]: words.of(row, "name")
        for row in subject.labels.categories.filter(breakdown=name).iter_rows(named=True)
    }
    if name not in ("sex", "age"):
        places = {code: place for place, code in enumerate(labels)}
        rows = sorted(rows, key=lambda row: (places.get(row["category"], len(places)), row["category"]))
    [scale] = scales.values() if len(scales) == 1 else [None]
    title = words(name) if name in ("sex", "age") else words.named("breakdown", name)
    return {
        "title": title,
        "unit": scale.name(words) if scale else None,
        "period": words.period(rows[0]["period"]),
        "interval": any(row["lower"] is not None for row in rows),
        "rows": [
            {
                "name": _category(name, row, labels, words),
                "value": cell(row, subject, words),
                "unit": scales[row["unit"]].name(words),
                "interval": interval(row, scales[row["unit"]], words, short=True),
                "width": round(100 * row["value"] / largest, 1) if scale and row["value"] and largest > 0 else None,
            }
            for row in rows
        ],
    }


def _category(name: str, row: Row, labels: dict[str, str], words: Words) -> str:
    if name == "sex":
        return words(f"sex_{row['sex']}")
    if name == "age":
        return age_name(row["age"], words.language)
    code = row["category"]
    return labels.get(code) or str({"_U": words("unknown"), TOTAL: words("total")}.get(code, code))


def _revision(found: Row, words: Words) -> dict[str, Any]:
    """How this release differs from the one before it."""
    scale = Scale.of(found["unit"], [found["largest_change"]])
    change = found["largest_change"]
    return {
        "previous": found["previous_id"],
        "counts": [(words(f"cells_{what}"), words.number(found[what], 0)) for what in _REVISED],
        "change": scale.change(change, words).lstrip("+") if change is not None else "–",
        "causes": ", ".join(words("cause_" + cause.replace(" ", "_")) for cause in found["causes"]),
    }


def _method(subject: Subject, words: Words) -> list[tuple[str, str]]:
    row = subject.row
    found = [
        (words("origin"), words(f"origin_{row['origin']}")),
        (words("accounting"), words(f"accounting_{row['accounting']}") if row["accounting"] else ""),
        (words("periodicity"), ", ".join(words(f"freq_{freq}") for freq in str(row["freqs"] or "").split(",") if freq)),
        *((words(key), str(row[key] or "")) for key in ("source_numerator", "source_denominator", *_METHOD)),
        (words("method_version"), str(row["method_version"] or "")),
    ]
    return [(name, text) for name, text in found if text]
