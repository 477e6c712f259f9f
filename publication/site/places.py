"""An indicator by province: the map, and the table that carries its values."""

from __future__ import annotations

from typing import Any

from publication.disclosure import FREE, NATION
from publication.site import choropleth
from publication.site.parts import cell, interval, signed_distance, status
from publication.site.subject import Row, Subject
from publication.texts import Words


def context(subject: Subject, area_list: str, words: Words) -> dict[str, Any] | None:
    """Return map and table of the provinces of a list, `34` or `63`; None where no figure is on it."""
    rows = subject.provinces(area_list)
    if not rows:
        return None
    scale, period = subject.scale, rows[0]["period"]
    map_ = choropleth.draw({row["area"]: row["value"] for row in rows}, area_list)
    names = {row["area"]: row["area_name"] for row in rows}
    nation = [row for row in subject.national.get(subject.freq or "", []) if row["period"] == period]
    full = {row["area"]: scale.full(row["value"], words) if row["value"] is not None else "–" for row in rows}
    return {
        "list": area_list,
        "identifier": f"map-{area_list}-{subject.slug}",
        "period": words.period(period),
        "map": map_,
        "titles": {area: f"{name}: {full[area]}" for area, name in names.items()},
        "islands": {key: f"{words(key)} ({names.get(shape.area, '–')})" for key, shape in map_.islands.items()},
        "low": scale.number(map_.classes[0][0], words) if map_.classes else "–",
        "high": scale.number(map_.classes[-1][-1], words) if map_.classes else "–",
        "hatched": any(shape.rank == 0 for shape in map_.shapes),
        "legend": [" – ".join(dict.fromkeys(scale.number(end, words) for end in ends)) for ends in map_.classes],
        "goal": bool(subject.next_goals) and area_list == "34",
        "interval": any(row["lower"] is not None for row in rows),
        "rows": [
            {
                "name": words("country") if row["area"] == NATION else row["area_name"],
                "value": cell(row, subject, words),
                "interval": interval(row, scale, words, short=True),
                **_toward(subject, row, words),
            }
            for row in (*nation, *rows)
        ],
    }


def _toward(subject: Subject, row: Row, words: Words) -> dict[str, Any]:
    """A province's way to the target; nothing where its figure is hidden, as the distance would tell it."""
    goal = subject.progress_of(row["area"]) if row["conf_status"] == FREE else None
    return {
        "distance": signed_distance(goal.distance, words) if goal else "–",
        "status": status(goal.status if goal else None, words),
    }
