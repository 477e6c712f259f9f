"""The command line. Commands import what they need when they run, so that help and errors come at once."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from ansinh import identity, releases
from ansinh.errors import AnsinhError
from ansinh.options import Json

app = typer.Typer(
    help="An Sinh: five registries, one participant warehouse, published indicators.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
quarantine = typer.Typer(help="Held rows: list, show, replay.", no_args_is_help=True)
bench = typer.Typer(help="Benchmarks.", no_args_is_help=True)
contracts = typer.Typer(help="Files generated from the data contracts: check, write.", no_args_is_help=True)
app.add_typer(quarantine, name="quarantine")
app.add_typer(identity.app, name="identity")
app.add_typer(releases.app, name="release")
app.add_typer(bench, name="bench")
app.add_typer(contracts, name="contracts")

From = Annotated[str | None, typer.Option("--from", metavar="YYYY-MM", help="First month.")]
To = Annotated[str | None, typer.Option("--to", metavar="YYYY-MM", help="Last month, included.")]
Period = Annotated[str | None, typer.Option("--period", metavar="YYYY-MM", help="One month.")]
Registry = Annotated[str | None, typer.Option("--registry", help="Only this registry.")]
People = Annotated[int | None, typer.Option("--people", min=2_000, max=5_000_000, help="Size of the sandbox country.")]
PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}


@app.callback()
def _options(debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False) -> None:
    """Take the options of every command; `__main__` has already read `--debug`."""


@app.command()
def run(people: People = None, period_from: From = None, period_to: To = None) -> None:
    """The main job: from the registries to a published release."""
    from ansinh import run as job

    raise typer.Exit(job.run(people=people, period_from=period_from, period_to=period_to))


@app.command(context_settings=PASS_ON)
def test(context: typer.Context) -> None:
    """All tests, two files at a time; with arguments, pytest with these."""
    from ansinh.settings import PROJECT_ROOT

    os.chdir(PROJECT_ROOT)
    # Each process has a home and a server of its own; the tests of a file share what they made.
    arguments = context.args or ["--numprocesses", "2", "--dist", "loadfile"]
    os.execv(sys.executable, [sys.executable, "-m", "pytest", *arguments])


@app.command()
def up() -> None:
    """Start the database and Airflow, and leave them running."""
    from ansinh import system

    system.up()


@app.command()
def down() -> None:
    """Stop everything that An Sinh started."""
    from ansinh import system

    system.down()


@app.command()
def status(as_json: Json = False) -> None:
    """What is in the system: batches, rows, gates, the last release."""
    from ansinh import views

    views.status(as_json)


@app.command()
def ingest(registry: str, period: Period = None, period_from: From = None, period_to: To = None) -> None:
    """Pull a registry's months, judge them, load what passed."""
    from ansinh import pipeline, system

    if period and (period_from or period_to):
        raise AnsinhError("--period and --from/--to say two things.", "Give one month with --period, or a range.")
    with system.registries():
        done = pipeline.ingest(registry, period or period_from, period or period_to)
    print(f"{registry}: {len(done.landed)} batches new or changed, {len(done.loaded)} loaded.")


@app.command()
def build(
    full_refresh: Annotated[bool, typer.Option(help="Build everything anew, not only what new batches touch.")] = False,
) -> None:
    """Build the warehouse and the indicators from what is loaded."""
    from ansinh import pipeline

    pipeline.build(full_refresh=full_refresh)
    print("The warehouse and the indicators are built. Next: ./ansinh publish.")


@app.command()
def publish(
    period: Annotated[str | None, typer.Option(metavar="PERIOD", help="YYYY-MM, YYYY-Qn or YYYY.")] = None,
    vintage: Annotated[
        str | None, typer.Option(help="estimate, preliminary or official; by default what the calendar says.")
    ] = None,
) -> None:
    """Publish a month, quarter or year as an immutable release."""
    from ansinh import pipeline

    print(pipeline.publish(period, vintage))


@app.command()
def indicator(
    indicator_id: Annotated[str, typer.Argument(metavar="ID", help="For example SI_COV.")],
    period: Period = None,
    area: Annotated[str, typer.Option(help="VN or a province code.")] = "VN",
    sex: Annotated[str, typer.Option(help="M, F or _T for both.")] = "_T",
    age: Annotated[str, typer.Option(help="An age group such as Y25T34, or _T for all.")] = "_T",
    area_list: Annotated[str, typer.Option(help="Code list of the area: 34 or 63 provinces.")] = "34",
    as_json: Json = False,
) -> None:
    """One figure: numerator, denominator, value, concept, vintage, targets."""
    from ansinh import views

    views.indicator(indicator_id, period, area, sex, age, area_list, as_json=as_json)


@app.command()
def explain(
    indicator_id: Annotated[str, typer.Argument(metavar="ID", help="For example SI_COV.")],
    period: Annotated[str, typer.Option(metavar="PERIOD", help="YYYY-MM, YYYY-Qn or YYYY.")],
    area: Annotated[str, typer.Option(help="VN or a province code.")] = "VN",
    as_json: Json = False,
) -> None:
    """Why a figure is what it is: models, deliveries, exclusions, links, gates, what was published elsewhere."""
    from ansinh import explanation

    explanation.explain(indicator_id, period, area, as_json=as_json)


@app.command()
def env(role: Annotated[str, typer.Option(help="Database role for psql: bi, steward, ...")] = "bi") -> None:
    """Shell exports for psql, dbt and airflow on this tree: eval "$(./ansinh env)"."""
    from ansinh import shell

    print(shell.exports(role))


@quarantine.command("list")
def quarantine_list(
    registry: Registry = None,
    dataset: Annotated[str | None, typer.Option("--dataset", help="Only this data set.")] = None,
    period: Period = None,
    state: Annotated[str, typer.Option(help="held, corrected, replayed or all.")] = "held",
    limit: Annotated[int, typer.Option(min=1, help="At most so many rows.")] = 50,
    as_json: Json = False,
) -> None:
    """Rows held back, with the rule and the reason."""
    from ansinh import views

    views.quarantine_list(registry, dataset, period, state, limit, as_json=as_json)


@quarantine.command("show")
def quarantine_show(row_id: int, as_json: Json = False) -> None:
    """One held row with its original payload."""
    from ansinh import views

    views.quarantine_show(row_id, as_json=as_json)


@quarantine.command("replay")
def quarantine_replay(
    row_id: Annotated[int | None, typer.Argument(help="One row; without it, every row held for the data set.")] = None,
    registry: Registry = None,
    dataset: Annotated[str | None, typer.Option("--dataset", help="Only this data set.")] = None,
    correct: Annotated[list[str] | None, typer.Option("--set", metavar="FIELD=VALUE", help="Correct a value.")] = None,
) -> None:
    """Judge held rows again, one with corrected values if need be, and load those that now pass."""
    from ansinh import views

    views.quarantine_replay(row_id, registry, dataset, correct or [])


@bench.command("ingest", context_settings=PASS_ON)
def bench_ingest(context: typer.Context) -> None:
    """Each connector against the bare limit of the same machine."""
    _bench("ingest", context.args)


@bench.command("run", context_settings=PASS_ON)
def bench_run(context: typer.Context) -> None:
    """Seconds per stage, and their growth from one size to the next."""
    _bench("run", context.args)


@bench.command("linkage", context_settings=PASS_ON)
def bench_linkage(context: typer.Context) -> None:
    """The linkage against the sandbox's truth, or on the public FEBRL data sets."""
    _bench("linkage", context.args)


@bench.command("indicators", context_settings=PASS_ON)
def bench_indicators(context: typer.Context) -> None:
    """Every computed figure beside the sandbox's truth, and whether its interval holds it."""
    _bench("indicators", context.args)


@bench.command("release", context_settings=PASS_ON)
def bench_release(context: typer.Context) -> None:
    """Seconds from a built warehouse to a release, part by part."""
    _bench("release", context.args)


def _bench(name: str, arguments: list[str]) -> None:
    from importlib import import_module

    raise typer.Exit(import_module(f"bench.{name}").main(arguments))


@contracts.command("check")
def contracts_check() -> None:
    """Fail where a generated file differs from the contracts."""
    from connectors import generate

    generate.check()
    print("Every generated file agrees with the contracts.")


@contracts.command("write")
def contracts_write() -> None:
    """Write the generated files anew."""
    from connectors import generate

    for path in generate.write():
        print(path)
