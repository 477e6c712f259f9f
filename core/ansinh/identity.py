"""The commands of data stewards: why records are one person, what is in doubt, and what a human decides."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

import typer

from ansinh.options import Json

app = typer.Typer(help="Who is who: explain, decide, review, train.", no_args_is_help=True)

Side = Annotated[str, typer.Argument(metavar="RECORD", help="DATASET:RECORD_ID, or a person key for its main record.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; it is kept with the decision.")]
By = Annotated[str, typer.Option("--by", help="Who decides.")]

_EVIDENCE = {
    "personal_number": "same personal number",
    "personal_number_restored": "same personal number, lost zeros put back",
    "personal_number_replaced": "personal number replaced by the other's",
    "si_number": "same social insurance number",
    "tax_code": "same tax code",
    "tax_code_replaced": "tax code replaced by the other's number",
    "old_card_name_birth": "same old identity card, name and birth date",
}


@app.command()
def explain(
    subject: Annotated[str, typer.Argument(metavar="PERSON", help="A person key, or DATASET:RECORD_ID.")],
    as_json: Json = False,
) -> None:
    """Why these records are one person: the evidence of each link, losing values, doubts, decisions, history."""
    from ansinh.output import console, print_json, print_table

    known = _stewardship().explain(subject)
    if as_json:
        print_json(known)
        return
    console.print(f"[bold]Person {known['person_key']}[/], {len(known['records'])} descriptions in the registries\n")
    print_table(
        {"#": "right", "Record": "left", "Name": "left", "Born": "left", "Sex": "left", "Identifiers": "left"},
        ((record["number"], _record(record), record["full_name"], _born(record), record["sex"], _identifiers(record))
         for record in known["records"]),
        "No record is left of this person.",
    )  # fmt: skip
    _title("Why they are one")
    print_table(
        {"Pair": "left", "Evidence": "left", "Agree": "left", "Differ": "left"},
        ((f"{edge['left']} – {edge['right']}", _evidence(edge), _list(edge["agree"]), _list(edge["differ"]))
         for edge in known["evidence"]),
        "The record stands alone: nothing links it to another.",
    )  # fmt: skip
    if known["values"]:
        _title("What they say")
        print_table(
            {"Attribute": "left", "Value": "left", "From": "left", "Chosen": "left", "Why": "left"},
            ((row["attribute"], row["value"], f"{row['dataset']}:{row['record_id']}", row["is_chosen"], row["reason"])
             for row in known["values"]),
            "",
        )  # fmt: skip
    if known["doubtful"]:
        _title("In doubt")
        _print_pairs(known["doubtful"])
    if known["decisions"]:
        _title("Decisions")
        print_table(
            {"": "right", "Verdict": "left", "Records": "left", "By": "left", "At": "left", "Reason": "left"},
            ((row["decision_id"], row["verdict"], f"{row['left_record']} – {row['right_record']}", row["decided_by"],
              row["decided_at"], row["reason"] + _withdrawn(row)) for row in known["decisions"]),
            "",
        )  # fmt: skip
    if known["history"]:
        _title("History")
        for event in known["history"]:
            console.print(f"{event['happened_at']:%Y-%m-%d %H:%M}  {_told(event)}: {event['cause']}", markup=False)


@app.command()
def link(left: Side, right: Side, reason: Reason, by: By) -> None:
    """Decide that two records are one person, whatever the evidence says."""
    _decide("link", left, right, reason, by)


@app.command()
def unlink(left: Side, right: Side, reason: Reason, by: By) -> None:
    """Decide that two records are two persons, whatever the evidence says."""
    _decide("unlink", left, right, reason, by)


@app.command()
def withdraw(
    decision: Annotated[int, typer.Argument(help="Number of the decision, as `explain` shows it.")],
    reason: Reason,
    by: By,
) -> None:
    """Take a decision back: the evidence decides again. The decision is kept, with who withdrew it and why."""
    from ansinh.output import console

    _stewardship().withdraw(decision, reason, by)
    console.print(f"Decision {decision} is withdrawn. The next build judges its records anew: ./ansinh build")


@app.command()
def review(
    limit: Annotated[int, typer.Option(min=1, help="At most so many pairs.")] = 20,
    as_json: Json = False,
) -> None:
    """Pairs in doubt that nobody has decided, and links that identifiers contradict; most records first."""
    from ansinh.output import console, print_json

    pairs = _stewardship().review(limit)
    if as_json:
        print_json(pairs)
        return
    _print_pairs(pairs)
    if pairs:
        console.print("\nDecide: ./ansinh identity link|unlink RECORD RECORD --reason TEXT --by NAME", markup=False)


@app.command()
def train(
    version: Annotated[str | None, typer.Option(help="Name of the new model; by default today's date.")] = None,
    as_json: Json = False,
) -> None:
    """Train the model anew on the records at hand; the next linkage judges every pair with it."""
    from ansinh import database
    from ansinh.output import console, print_json, print_table
    from linkage import run

    database.require_setup()
    trained = run.train(version or f"{dt.date.today():%Y-%m-%d}")
    if as_json:
        print_json(trained)
        return
    print_table(
        {name: "left" if name in ("comparison", "level") else "right" for name in trained["parameters"][0]},
        ((f"{value:.4g}" if isinstance(value, float) else value for value in row.values())
         for row in trained["parameters"]),
        "",
    )  # fmt: skip
    taught = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in trained["trained_on"].items())
    console.print(f"\nModel {trained['version']} ({taught}): {trained['path']}", markup=False)
    console.print("Next: review the file, then ./ansinh build judges every pair with it.", markup=False)


def _decide(verdict: str, left: str, right: str, reason: str, by: str) -> None:
    from ansinh.output import console

    number = _stewardship().decide(verdict, left, right, reason, by)
    console.print(f"Decision {number} is recorded. The next build obeys it, and every later one: ./ansinh build")


def _stewardship() -> Any:
    from ansinh import database
    from linkage import stewardship

    database.require_setup()
    return stewardship


def _print_pairs(pairs: list[dict[str, Any]]) -> None:
    from ansinh.output import print_table

    print_table(
        {"Records": "right", "One": "left", "Other": "left", "Doubt": "left", "Agree": "left", "Differ": "left"},
        ((pair["records"], _side(pair, "left"), _side(pair, "right"), _doubt(pair), _list(pair["agree"]),
          _list(pair["differ"])) for pair in pairs),
        "No pair is in doubt.",
    )  # fmt: skip


def _side(pair: dict[str, Any], side: str) -> str:
    record = pair[side]
    said = filter(None, [record["full_name"], _born(record)])
    return f"{record['dataset']}:{record['record_id']} {', '.join(said)} (person {pair[f'{side}_key']})"


def _doubt(pair: dict[str, Any]) -> str:
    return f"{pair['reason']}" + ("" if pair["probability"] is None else f", {pair['probability']:.3f}")


def _record(record: dict[str, Any]) -> str:
    others = f" and {record['records'] - 1:,} more" if record["records"] > 1 else ""
    return f"{record['dataset']}:{record['record_id']}{others}"


def _born(record: dict[str, Any]) -> str | None:
    length = {"year": 4, "month": 7}.get(record["birth_precision"], 10)
    return str(record["born_on"])[:length] if record["born_on"] else None


def _identifiers(record: dict[str, Any]) -> str:
    named = {"": "personal_number", "as given ": "number_given", "SI ": "si_number", "tax ": "tax_code",
             "old card ": "old_id_number"}  # fmt: skip
    return ", ".join(f"{label}{record[column]}" for label, column in named.items() if record[column])


def _evidence(edge: dict[str, Any]) -> str:
    if edge["method"] == "rule":
        return _EVIDENCE.get(edge["rule"], str(edge["rule"]).replace("_", " "))
    if edge["method"] == "model":
        return f"model {edge['model_version']}, probability {edge['probability']:.4f}"
    return "decided by a steward"


def _withdrawn(decision: dict[str, Any]) -> str:
    if not decision["withdrawn_at"]:
        return ""
    return f" (withdrawn by {decision['withdrawn_by']}: {decision['withdrawn_reason']})"


def _told(event: dict[str, Any]) -> str:
    return {
        "merged": f"person {event['person_key']} went into {event['other_key']}",
        "split": f"a part of person {event['person_key']} became {event['other_key']}",
        "emptied": f"person {event['person_key']} lost the last record",
    }[event["kind"]]


def _list(names: list[str]) -> str:
    return ", ".join({"name_key": "name", "born_on": "birth"}.get(name, name.replace("_", " ")) for name in names)


def _title(text: str) -> None:
    from ansinh.output import console

    console.print(f"\n[bold]{text}[/]")
