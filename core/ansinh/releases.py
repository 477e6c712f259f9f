"""The commands of the statistics office: the calendar, sign-off, revisions, withdrawal and rebuilding of releases."""

from __future__ import annotations

import getpass
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from ansinh.options import Json
from ansinh.output import console, print_json, print_table

app = typer.Typer(help="Releases: calendar, list, show, approve, refuse, withdraw, diff, rebuild", no_args_is_help=True)

Release = Annotated[str, typer.Argument(metavar="ID", help="For example 2025-12-preliminary-1.")]
By = Annotated[str | None, typer.Option("--by", help="Who decides; by default the user of this system.")]

_SHOWN = 20


def _require_setup() -> None:
    # Imported here, so that help comes at once.
    from ansinh import database

    database.require_setup()


@app.command()
def calendar(
    year: Annotated[int | None, typer.Option(min=2000, max=2100, help="By default this year.")] = None,
    as_json: Json = False,
) -> None:
    """What is due when: vintages of months, quarters and years, and the release that met each date."""
    from publication import ledger, schedule

    _require_setup()
    made = {(release.period, release.vintage): release.release_id for release in reversed(ledger.list_releases())}
    rows = [
        {
            "day": due.day.isoformat(),
            "not_before": due.moment.isoformat() if due.moment else None,
            "period": due.period,
            "vintage": due.vintage,
            "release": made.get((due.period, due.vintage)),
        }
        for due in schedule.of_year(year or schedule.today().year)
    ]
    if as_json:
        print_json(rows)
        return
    columns = {"Day": "left", "Not before": "left", "Period": "left", "Vintage": "left", "Release": "left"}
    print_table(columns, (row.values() for row in rows), "")


@app.command("list")
def list_(as_json: Json = False) -> None:
    """Every release, the newest first."""
    from publication import ledger

    _require_setup()
    releases = ledger.list_releases()
    if as_json:
        print_json([made.as_json() for made in releases])
        return
    print_table(
        {"Release": "left", "Period": "left", "Vintage": "left", "State": "left", "Published": "left"},
        ((made.release_id, made.period, made.vintage, made.state, made.issued_at) for made in releases),
        "Nothing has been published. Next: ./ansinh publish.",
    )


@app.command()
def show(release_id: Release, as_json: Json = False) -> None:
    """One release: where it stands, who decided, its files and their hashes."""
    from publication import ledger

    _require_setup()
    made = ledger.show(release_id)
    if as_json:
        print_json(made)
        return
    nested = ("decisions", "withdrawal", "files")
    print_table({"": "left", " ": "left"}, ((key, value) for key, value in made.items() if key not in nested), "")
    for decision in made["decisions"]:
        remark = f": {decision['reason']}" if decision["reason"] else "."
        console.print(
            f"{decision['verdict'].capitalize()} by {decision['decided_by']}, {decision['decided_at']:%F %R}{remark}",
            markup=False,
        )
    if notice := made["withdrawal"]:
        console.print(
            f"Withdrawn by {notice['withdrawn_by']}, {notice['withdrawn_at']:%F %R}: {notice['reason']}", markup=False
        )
    console.print()
    print_table(
        {"File": "left", "Bytes": "right", "SHA-256": "left", "Intact": "left"},
        ((file["path"], file["bytes"], f"{file['sha256'][:12]}…", file["intact"]) for file in made["files"]),
        "It has no files.",
    )


@app.command()
def approve(
    release_id: Release,
    by: By = None,
    reason: Annotated[str, typer.Option(help="A remark that is kept with the decision.")] = "",
) -> None:
    """Approve a release that waits, and publish it when its embargo is over."""
    from publication import approval

    _require_setup()
    approval.approve(release_id, by or getpass.getuser(), reason)
    _let_airflow_go_on(release_id, "Approve", reason)
    console.print(replace(approval.issue(release_id), new=True).tell(), markup=False, soft_wrap=True)


@app.command()
def refuse(
    release_id: Release, reason: Annotated[str, typer.Option(help="Why; kept with the decision.")], by: By = None
) -> None:
    """Refuse a release that waits: it is never shown."""
    from publication import approval

    _require_setup()
    approval.refuse(release_id, by or getpass.getuser(), reason)
    _let_airflow_go_on(release_id, "Refuse", reason)
    console.print(f"{release_id} is refused.", markup=False)


@app.command()
def withdraw(
    release_id: Release, reason: Annotated[str, typer.Option(help="Why; readers see it.")], by: By = None
) -> None:
    """Withdraw a published release with a notice; the one before it holds again."""
    from publication import approval, ledger

    _require_setup()
    withdrawn = approval.withdraw(release_id, by or getpass.getuser(), reason)
    standing = ledger.newest_published()
    console.print(
        f"{release_id} is withdrawn; the notice is {withdrawn.path / approval.NOTICE}. "
        f"In force: {standing.release_id if standing else 'nothing'}.",
        markup=False, soft_wrap=True,
    )  # fmt: skip


@app.command()
def diff(
    before: Annotated[str, typer.Argument(metavar="A", help="The earlier release.")],
    after: Annotated[str, typer.Argument(metavar="B", help="The later release.")],
    as_json: Json = False,
) -> None:
    """Which figures moved from one release to another, by how much, and why."""
    from publication import revision

    _require_setup()
    found = revision.diff(before, after)
    if as_json:
        print_json(found)
        return
    print_table(
        {"Indicator": "left", "Compared": "right", "Moved": "right", "Hidden": "right", "Shown": "right",
         "Largest": "right", "Unit": "left", "Why": "left"},
        ((row["indicator"], row["compared"], row["moved"], row["hidden"], row["shown"], _number(row["largest_change"]),
          row["unit"], ", ".join(row["causes"])) for row in found["indicators"]),
        "No figure differs.",
    )  # fmt: skip
    reasons = {name: values for name, values in found["reasons"].items() if values}
    for name, values in reasons.items():
        console.print(f"{name}: {', '.join(values[:_SHOWN])}{' ...' * (len(values) > _SHOWN)}", markup=False)
    if found["figures"]:
        console.print()
        print_table(
            {"Figure": "left", "What": "left", "Before": "right", "After": "right", "Change": "right"},
            ((_name(row), row["what"], _number(row["value_before"]), _number(row["value_after"]),
              _number(row["change"])) for row in found["figures"][:_SHOWN]),
            "",
        )  # fmt: skip
        if len(found["figures"]) > _SHOWN:
            console.print(f"... and {len(found['figures']) - _SHOWN:,} more; --json has them all.")


@app.command()
def rebuild(
    release_id: Release,
    into: Annotated[Path | None, typer.Option(help="Keep the rebuilt files in this new folder.")] = None,
    as_json: Json = False,
) -> None:
    """Make a release again from what was known then, and compare every file."""
    from publication import rebuild as again

    _require_setup()
    report = again.rebuild(release_id, into)
    if as_json:
        print_json(report)
    else:
        for room in report["code_differs"]:
            console.print(f"The code of {room} is not that of the release.", markup=False)
        print_table(
            {"File": "left", "Same": "left"}, ((file["path"], file["identical"]) for file in report["files"]), ""
        )
        verdict = "Every file is the same, byte for byte." if report["identical"] else "The files differ."
        console.print(f"{release_id} rebuilt from {report['batches']} batches. {verdict}", markup=False)
    raise typer.Exit(0 if report["identical"] else 1)


def _let_airflow_go_on(release_id: str, option: str, reason: str) -> None:
    """Answer the question of the DAG too, so that its next run can start; the decision is recorded already."""
    from ansinh import airflow

    if airflow.healthy():
        with airflow.api() as api:
            for question in api.questions("publish_indicators"):
                if release_id in question.subject:
                    api.answer(question, option, {"reason": reason})


def _name(row: dict[str, Any]) -> str:
    key = (row[name] for name in ("indicator", "period", "area", "sex", "age", "breakdown", "category"))
    return " ".join(part for part in key if part != "_T")


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:,.4f}".rstrip("0").rstrip(".")
