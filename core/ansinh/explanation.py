"""`./ansinh explain`: one figure and all that stands behind it, to be read from top to bottom."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ansinh import database
from ansinh.output import console, print_json, print_table

_LAYERS = ("indicators", "warehouse", "identity", "staging")


def explain(indicator_id: str, period: str, area: str, *, as_json: bool) -> None:
    """Show why a figure is what it is; the keys of the JSON are those of `publication.explain.figure`."""
    from publication import explain as publication

    database.require_setup()
    found = publication.figure(indicator_id, period, area)
    if as_json:
        print_json(found)
        return
    _figure(found)
    _elsewhere(found)
    _exclusions(found)
    _checks(found)
    _deliveries(found)


def _figure(found: dict[str, Any]) -> None:
    shown = found["figure"]
    _say(f"{shown['indicator']}  {found['name_en']}")
    _say(found["definition_en"] or "")
    where = "Viet Nam" if shown["area"] == "VN" else f"province {shown['area']}"
    _say("")
    if shown["obs_status"] == "Q":
        _say(f"{where}, {shown['period']}: hidden by disclosure control ({shown['vintage']}).")
        return
    _say(f"{where}, {shown['period']}: {_number(shown['value'])} {shown['unit']} ({shown['vintage']})")
    if shown["denominator"] is not None:
        _say(f"  = {_number(shown['numerator'])} of {_number(shown['denominator'])}: {shown['denominator_concept']}")
    if shown["lower"] is not None:
        _say(f"  95 % interval, linkage and missing records: {_number(shown['lower'])} to {_number(shown['upper'])}")
    if shown["obs_status"] != "A":
        words = {"B": "There is a break in the series here.", "E": "It is estimated.", "M": "There is no denominator."}
        _say(f"  {words[shown['obs_status']]}")


def _deliveries(found: dict[str, Any]) -> None:
    _heading("Counted from")
    counted = [one for one in found["data_sets"] if one["use"] == "figures"]
    print_table(
        {"Data set": "left", "Months": "left", "Received": "right", "Accepted": "right", "Held": "right"},
        (
            (f"{one['registry']}.{one['dataset']}", f"{one['first']} – {one['last']}",
             *(_number(one[name]) for name in ("rows_received", "rows_accepted", "rows_held")))
            for one in counted
        ),
        "No delivery.",
    )  # fmt: skip
    _heading("Who the persons are, where they live and how old they are, from")
    persons = [f"{one['registry']}.{one['dataset']}" for one in found["data_sets"] if one["use"] == "persons"]
    _list([", ".join(persons)] if persons else [], "Not linked.")
    _heading("Deliveries of the last month")
    names = {(one["registry"], one["dataset"]) for one in counted}
    print_table(
        {"Batch": "left", "Revision": "right", "Accepted": "right", "Held": "right", "Landed": "left"},
        (
            (one["batch_id"], one["revision"], _number(one["rows_accepted"]), _number(one["rows_held"]),
             f"{one['landed_at']:%F %R}")
            for one in found["batches"] if (one["registry"], one["dataset"]) in names
        ),
        "None.",
    )  # fmt: skip
    _heading("Models, from the figure back")
    for layer in _LAYERS:
        models = [model["name"] for model in found["models"] if model["layer"] == layer]
        _list([f"{layer}: {', '.join(models)}"] if models else [], f"{layer}: none")


def _exclusions(found: dict[str, Any]) -> None:
    _heading("What is not in it")
    unknown = {part: share for part, share in found["unknown"].items() if share}
    lines = [f"{row['registry']}.{row['dataset']}: {row['rows']} rows held by {row['rule']}." for row in found["held"]]
    words = {"area": "province", "sex": "sex", "age": "age"}
    lines += [f"{share} % of the country's numerator has no known {words[part]}: in the totals only."
              for part, share in unknown.items()]  # fmt: skip
    lines += [found["caveats_en"]] if found["caveats_en"] else []
    _list(lines, "Nothing is held back, and every province, sex and age is known.")
    _heading("Records that lead into the population register, per cent")
    names = {"_T": "all registries"}
    _list(
        (f"{names.get(row['registry'], row['registry'])}: {row['rate']} ({row['period']})" for row in found["linkage"]),
        "Not linked, or too few records.",
    )


def _checks(found: dict[str, Any]) -> None:
    _heading("Gates")
    loud = [gate for gate in found["gates"] if not gate["success"] or gate["warning_failed"]]
    quiet = len(found["gates"]) - len(loud)
    lines = []
    for gate in loud:
        verdict = "passed" if gate["success"] else "SHUT"
        counts = f"{gate['critical_failed']} critical, {gate['warning_failed']} warnings"
        lines.append(f"{gate['stage']}.{gate['suite']}: {verdict}, {counts}, {gate['checked_at']:%F %R}")
    _list([*lines, f"{quiet} suites passed without a warning."] if found["gates"] else [], "No gate has run.")


def _elsewhere(found: dict[str, Any]) -> None:
    _heading("Published elsewhere")
    for one in found["compared"]:
        scaled = f", here {_number(one['published'] * one['scale'])}" if one["scale"] != 1 else ""
        _say(f"  {one['published_as']}: {_number(one['published'])} {one['published_unit']}{scaled}")
        _say(f"    worded as {one['base_as_worded']}")
        sign = "+" if one["difference"] > 0 else ""
        _say(f"    ours {_number(one['computed'])}, difference {sign}{_number(one['difference'])}")
        _say(f"    {one['bridge_en']}")
        _say(f"    {one['source_title']} {one['source_url'] or ''}")
    if not found["compared"]:
        _say("  Nothing that can be compared.")
    _heading("Releases that hold it")
    _list(
        (f"{one['release_id']}: {one['vintage']}, {one['state']} {one['published_at']:%F %R}"
         f"{', hidden there' if one['hidden'] else ''}" for one in found["releases"]),
        "None.",
    )  # fmt: skip


def _heading(text: str) -> None:
    _say(f"\n{text}")


def _list(lines: Iterable[str], empty: str) -> None:
    for line in list(lines) or [empty]:
        _say(f"  {line}")


def _say(text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:,.4f}".rstrip("0").rstrip(".")
