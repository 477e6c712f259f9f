"""What the listing commands show, as tables or JSON."""

from __future__ import annotations

from ansinh import database
from ansinh.errors import AnsinhError
from ansinh.output import console, print_json, print_table

_FIGURE_LABELS = {
    "indicator": "Indicator",
    "period": "Month",
    "area": "Area",
    "area_list": "Area list",
    "sex": "Sex",
    "age": "Age",
    "value": "Value",
    "unit": "Unit",
    "numerator": "Numerator",
    "denominator": "Denominator",
    "denominator_concept": "Denominator is",
    "vintage": "Vintage",
    "obs_status": "Status",
}


def status(as_json: bool) -> None:
    """Show batches, gates and the last release."""
    from ansinh import status as ledger

    database.require_setup()
    state = ledger.read()
    if as_json:
        keep = ("batch_id", "registry", "dataset", "period", "state", "rows_received", "rows_accepted",
                "rows_quarantined", "sha256")  # fmt: skip
        batches = [{key: batch[key] for key in keep} for batch in state["batches"]]
        gates = [{key: gate[key] for key in gate if key != "checked_at"} for gate in state["gates"]]
        print_json({"batches": batches, "gates": gates, "release": state["release"]})
        return
    console.print(f"Airflow {_airflow()}\n", markup=False)
    print_table(
        {"Data set": "left", "Months": "left", "Batches": "left", "Rows": "right", "Held": "right"},
        (
            (
                f"{row['registry']}.{row['dataset']}",
                f"{row['first']} – {row['last']}",
                ", ".join(f"{count} {name}" for name, count in sorted(row["states"].items())),
                row["accepted"],
                row["quarantined"],
            )
            for row in ledger.summarise(state["batches"])
        ),
        "No batch has been received. Next: ./ansinh run, or ./ansinh ingest REGISTRY.",
    )
    for batch in state["batches"]:
        if batch["state"] in {"rejected", "failed"}:
            console.print(f"{batch['batch_id']} is {batch['state']}: {batch['error'] or 'see the gate'}", markup=False)
    console.print()
    print_table(
        {"Gate": "left", "Suite": "left", "Passed": "left", "Critical": "right", "Warnings": "right", "At": "left"},
        ((gate["stage"], gate["suite"], gate["success"], gate["critical_failed"], gate["warning_failed"],
          gate["checked_at"]) for gate in state["gates"]),
        "No gate has run.",
    )  # fmt: skip
    console.print()
    made = state["release"]
    if made:
        console.print(f"Last release: {made['release_id']}, {made['vintage']}, published {made['published_at']:%F %R}")
    else:
        console.print("Nothing has been published.")
    _print_unpublished()


def _print_unpublished() -> None:
    """Name the releases that wait, and those that were withdrawn."""
    from publication import ledger

    for release in ledger.list_releases():
        if release.state in (ledger.PREPARED, ledger.APPROVED, ledger.WITHDRAWN):
            console.print(f"{release.release_id} is {release.state}.", markup=False)


def _airflow() -> str:
    from ansinh import airflow

    return f"is running at {airflow.api_url()}." if airflow.healthy() else "is not running; ./ansinh up starts it."


def indicator(
    indicator_id: str, period: str | None, area: str, sex: str, age: str, area_list: str, *, as_json: bool
) -> None:
    """Show one figure of the newest release and its targets."""
    from ansinh import status as ledger
    from publication import figures
    from publication import ledger as releases

    database.require_setup()
    if period is None:
        newest = ledger.read()["release"]
        if newest is None:
            raise AnsinhError("Nothing has been published.", "Run ./ansinh publish.")
        period = str(newest["period"])
    [figure] = figures.indicator(indicator_id, period, area, sex, age, area_list)
    if as_json:
        # Other programs rely on exactly these keys.
        print_json({key: value for key, value in figure.items() if key not in ("lower", "upper")})
        return
    for notice in releases.withdrawn_notices(period):
        console.print(notice, markup=False)
    print_table(
        {"": "left", " ": "left"},
        ((label, _number(figure[key])) for key, label in _FIGURE_LABELS.items()),
        "",
    )
    console.print()
    print_table(
        {"Target for": "left", "": "right", "Value": "right", "Source": "left"},
        ((target["period"], target["operator"], _number(target["value"]), target["source"])
         for target in figure["targets"]),
        "No target is set.",
    )  # fmt: skip


def quarantine_list(
    registry: str | None, dataset: str | None, period: str | None, state: str, limit: int, *, as_json: bool
) -> None:
    """Show held rows."""
    from connectors import quarantine

    database.require_setup()
    wanted = None if state == "all" else state
    rows = quarantine.list_rows(registry=registry, dataset=dataset, period=period, state=wanted, limit=limit)
    if as_json:
        print_json(rows)
        return
    print_table(
        {"Row": "right", "Batch": "left", "Rule": "left", "Reason": "left"},
        ((str(row["row_id"]), row["batch_id"], row["rule"], row["reason"]) for row in rows),
        "No such row." if state != "held" else "No row is held.",
    )


def quarantine_show(row_id: int, *, as_json: bool) -> None:
    """Show one held row and its payload."""
    from connectors import quarantine

    database.require_setup()
    row = quarantine.show(row_id)
    if as_json:
        print_json(row)
        return
    payload = row.pop("payload")
    print_table({"": "left", " ": "left"}, row.items(), "")
    console.print()
    delivered = ((field, None if value is None else str(value)) for field, value in payload.items())
    print_table({"Field": "left", "As delivered": "left"}, delivered, "The row has no fields.")


def quarantine_replay(row_id: int | None, registry: str | None, dataset: str | None, corrections: list[str]) -> None:
    """Judge held rows again, with corrected values for one row, and say how many were let in."""
    from connectors import quarantine

    database.require_setup()
    values = dict(_assignment(text) for text in corrections)
    console.print(quarantine.replay(row_id=row_id, registry=registry, dataset=dataset, values=values or None))


def _assignment(text: str) -> tuple[str, str]:
    field, equals, value = text.partition("=")
    if not equals:
        raise AnsinhError(f"'{text}' is not a correction.", "Write --set field=value.")
    return field, value


def _number(value: object) -> str:
    return "–" if value is None else f"{value:,}" if isinstance(value, int | float) else str(value)
