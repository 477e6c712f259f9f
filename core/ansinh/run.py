"""The main job: from the registries to a published release, through the real scheduler of Airflow."""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from ansinh import airflow, database, ledger
from ansinh.airflow_api import Run
from ansinh.database import Role
from ansinh.errors import AnsinhError
from ansinh.follow import Follower
from ansinh.months import month_range
from ansinh.narrator import Narrator
from ansinh.settings import get_settings, secret

if TYPE_CHECKING:
    from publication.ledger import Release

_INDICATORS = "select indicator, name_en from indicators.indicator where headline is not null order by headline"
_IS_CURRENT = """
select (select max(prepared_at) from release.release) >= max(consumed_at)
from ingest.consumption where consumer = 'warehouse'
"""


def run(people: int | None = None, period_from: str | None = None, period_to: str | None = None) -> int:
    """Build the sandbox country, start everything, run the DAGs over the months, and print the headline figures.

    Args:
        people: size of the sandbox country; default from the settings.
        period_from: first month `YYYY-MM`; default from the settings.
        period_to: last month, included; default from the settings.

    Returns:
        The exit status: 0, a release is published or still true.

    Raises:
        AnsinhError: a step failed; the message names the DAG, the task and the error.
    """
    settings = get_settings()
    months = month_range(period_from or settings.period_from, period_to or settings.period_to)
    console = Console(highlight=False)
    narrator = Narrator(console)
    with _alone(), narrator.listening("sandbox"):
        registries = _prepare(narrator, people or settings.people, months)
        with airflow.api() as api:
            with narrator.stage("setting up Airflow"):
                airflow.set_up(api, registries)
                api.unpause_all()
            follower = Follower(api, dt.datetime.now(dt.UTC).isoformat(), narrator)
            release = _drive(narrator, follower, sorted(registries), months)
    _record(narrator, follower, people or settings.people, months)
    _report(console, narrator, release)
    return 0


def _prepare(narrator: Narrator, people: int, months: list[str]) -> dict[str, str]:
    """Start the database, then Airflow and the registries at the same time; return the registries' addresses."""
    narrator.say("starting the database")
    with narrator.stage("starting the database"):
        database.bootstrap()
    with ThreadPoolExecutor(1) as pool:
        started = pool.submit(_timed_start, narrator)
        registries = _registries(narrator, people, months)
        narrator.now("waiting for Airflow")
        started.result()
    narrator.say(f"Airflow is ready at {airflow.api_url()}")
    return registries


def _timed_start(narrator: Narrator) -> None:
    with narrator.stage("starting Airflow (meanwhile)"):
        airflow.start(narrator.say)


def _registries(narrator: Narrator, people: int, months: list[str]) -> dict[str, str]:
    """Return the addresses of the registries: the user's own, and the sandbox for those without one."""
    from connectors.contract import registries

    names = [f"ANSINH_REGISTRY_{name.upper()}" for name in registries()]
    own = {name: os.environ[name] for name in names if os.environ.get(name)}
    if len(own) == len(names):
        return own
    from sandbox import serve, world

    settings = get_settings()
    narrator.say(f"building a country of {people:,} people over {len(months)} months")
    with narrator.stage("building the country"):
        world.build(settings.sandbox_dir, people, months, settings.seed)
    with narrator.stage("starting its registries"):
        narrator.now("starting the registries")
        return serve.start(settings.sandbox_dir) | own


def _drive(narrator: Narrator, follower: Follower, registries: list[str], months: list[str]) -> Release:
    """Trigger the ingests; the assets wake the build and the publication. Return the release that holds now."""
    conf = {"period_from": months[0], "period_to": months[-1]}
    ingests = {f"ingest_{name.removeprefix('ANSINH_REGISTRY_').lower()}" for name in registries}
    narrator.say(f"pulling {months[0]} to {months[-1]} from {len(ingests)} registries")
    with narrator.stage("ingest"):
        for dag_id in sorted(ingests):
            follower.api.trigger(dag_id, conf, months[-1])
        follower.wait(ingests)
    if not ledger.unprocessed("warehouse"):
        if _is_current():
            narrator.say("nothing new in any registry: the figures are unchanged")
            return _published()
        # An earlier run ended between its build and its release.
        follower.api.trigger("publish_indicators", {})
        built = 1
    else:
        with narrator.stage("build"):
            built = len(_builds(follower))
    with narrator.stage("publish"):
        follower.wait({"publish_indicators"}, max(1, built))
    return _published()


def _builds(follower: Follower) -> list[Run]:
    """Return the builds that the assets woke and that worked; between them they took in all that was loaded."""
    # Airflow can leave an asset event behind; the ledger knows better, and the announcement asks the ledger.
    if not follower.woken("build_warehouse"):
        follower.api.trigger("announce_deliveries", {})
    builds = follower.wait({"build_warehouse"})
    if ledger.unprocessed("warehouse"):
        # An event left over from an earlier run can wake the build before the last registry is in.
        follower.api.trigger("announce_deliveries", {})
        builds = follower.wait({"build_warehouse"}, len(builds) + 1)
    return [build for build in builds if follower.state(build, "bi") == "success"]


def _is_current() -> bool:
    """Tell whether the last release was made after the last build: an earlier run may have ended between the two."""
    with database.connect(Role.PUBLISHER) as connection:
        return connection.execute(_IS_CURRENT).fetchone() == (True,)


def _published() -> Release:
    """Return the newest release of a month that is published.

    Raises:
        AnsinhError: the newest one waits for approval or for its time, or was refused.
    """
    from publication import ledger as releases
    from publication.periods import parse

    months = [release for release in releases.list_releases() if parse(release.period).freq == "M"]
    newest = next(iter(months), None)
    standing = next((release for release in months if release.state == releases.PUBLISHED), None)
    if newest and newest.state in (releases.PREPARED, releases.APPROVED, releases.REFUSED):
        message, _, next_step = newest.tell().partition("\n")
        raise AnsinhError(message, next_step.removeprefix("Next: "))
    if standing is None:
        raise AnsinhError("No release is in force.", "See ./ansinh release list.")
    return standing


@contextmanager
def _alone() -> Iterator[None]:
    """Refuse a second run of this installation at the same time."""
    with (get_settings().home / "run.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AnsinhError("Another ./ansinh run is at work.", "Wait until it has ended.") from None
        yield


def _record(narrator: Narrator, follower: Follower, people: int, months: list[str]) -> None:
    """Keep the seconds of stages and tasks, for benchmarks."""
    tasks = [
        {"dag": task.dag_id, "task": task.task_id, "state": task.state, "seconds": round(task.seconds, 2)}
        for task in follower.tasks.values()
    ]
    record = {"people": people, "months": len(months), "seconds": round(narrator.elapsed, 1),
              "stages": narrator.stages, "tasks": tasks}  # fmt: skip
    (get_settings().home / "run.json").write_text(json.dumps(record, indent=2))


def _report(console: Console, narrator: Narrator, release: Release) -> None:
    """Print the headline figures of the last month with their targets, where to look next, and the seconds."""
    from publication.figures import indicator

    with database.connect(Role.PUBLISHER) as connection:
        names = connection.execute(_INDICATORS).fetchall()
    table = Table(title=f"Viet Nam, {release.period} (release {release.release_id})", box=None, title_justify="left")
    for column in ("Indicator", "", "Value %", "Targets"):
        table.add_column(column, justify="right" if column == "Value %" else "left")
    year = release.period[:4]
    for code, name in names:
        for figure in indicator(code, release.period, "VN"):
            targets = ", ".join(
                f"{t['period']}: {t['operator']} {t['value']}" for t in figure["targets"] if t["period"] >= year
            )
            value = figure["value"]
            table.add_row(code, name, "–" if value is None else f"{float(value):.2f}", targets)
    console.print()
    console.print(table)
    console.print()
    for what, where in _places(release).items():
        console.print(f"{what:15} {where}", soft_wrap=True, markup=False)
    stages = ", ".join(f"{name} {seconds:.0f}" for name, seconds in narrator.stages.items())
    console.print(f"\n[dim]{narrator.elapsed:.0f} s: {stages}[/]", soft_wrap=True)


def _places(release: Release) -> dict[str, str]:
    from expectations import data_docs

    url = database.role_url(Role.BI).set(drivername="postgresql")
    return {
        "Release": str(release.path),
        "Data Docs": str(data_docs.index()),
        "Airflow": f"{airflow.api_url()} (user {airflow.USER}, password {secret('airflow_admin')})",
        "SQL for BI": f'psql "{url.render_as_string(hide_password=False)}"',
        "Stop": "./ansinh down",
    }
