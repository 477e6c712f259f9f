"""Why a number is what it is: the data sets and models behind an indicator, and what is missing in it."""

from __future__ import annotations

from typing import Any

from publication.site.subject import Subject
from publication.texts import Words

_COUNTS = ("batches", "rows_received", "rows_accepted", "rows_held")


def context(subject: Subject, facts: dict[str, Any], words: Words) -> dict[str, Any] | None:
    """Return what the release says of an indicator (`explain.facts`); None where it says nothing."""
    known = facts.get(subject.code)
    if not known or not known["models"]:
        return None
    return {
        "data_sets": [
            {
                "registry": words.named("registry", one["registry"]),
                "dataset": one["dataset"],
                "use": words(f"use_{one['use']}"),
                "months": " – ".join(dict.fromkeys(words.short_period(one[end]) for end in ("first", "last"))),
                **{name: words.number(one[name], 0) for name in _COUNTS},
            }
            for one in known["data_sets"]
        ],
        "models": known["models"],
        "unknown": [
            words(f"unknown_{part}", share=words.number(share, 1))
            for part, share in known["unknown"].items()
            if share is not None
        ],
        "command": f"./ansinh explain {subject.code} --period {subject.period} --area VN",
    }


def links(subject: Subject, facts: dict[str, Any], words: Words) -> list[dict[str, str]]:
    """Return the share of each registry's records that lead to a person of the population register."""
    return [
        {"name": words.named("registry", one["registry"]), "rate": words.number(one["rate"], 1)}
        for one in facts.get(subject.code, {}).get("linkage", [])
    ]
