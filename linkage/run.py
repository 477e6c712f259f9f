"""A run of the linkage: what is new comes out of PostgreSQL, the engine links it, keys stay stable, all goes back."""

from __future__ import annotations

import datetime as dt
import logging
import time
from dataclasses import asdict, dataclass, replace
from typing import Any

from linkage import engine, keys, neighbourhood, standing, store, training
from linkage.model import load, save
from linkage.settings import LinkageSettings

_log = logging.getLogger(__name__)

_EVER = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Report:
    """What a run did.

    Attributes:
        run_id: its number in `identity.run`.
        kind: `full` or `increment`.
        nodes: distinct descriptions looked at.
        fresh_nodes: of these, those whose pairs were judged (anew).
        edges: evidence found in this run.
        persons: keys given for the first time.
        merges: keys that went into another.
        splits: parts that left a person.
        doubtful: pairs for a steward, found in this run.
        seconds: how long it took.
        detail: the engine's own report, nodes whose person is new or another, and new ones that needed no judgement.
    """

    run_id: int
    kind: str
    nodes: int
    fresh_nodes: int
    edges: int
    persons: int
    merges: int
    splits: int
    doubtful: int
    seconds: float
    detail: dict[str, Any]

    def __str__(self) -> str:
        return (
            f"Linkage run {self.run_id} ({self.kind}): {self.fresh_nodes:,} fresh of {self.nodes:,} descriptions, "
            f"{self.persons:,} new persons, {self.merges:,} merged, {self.splits:,} split, "
            f"{self.doubtful:,} doubtful pairs, {self.seconds:.1f} s."
        )


def run(*, full: bool = False, settings: LinkageSettings | None = None) -> Report:
    """Link what is new since the last run, and keep every key that can stay.

    The first run, and one with another model than the last, is a full one. A run that finds nothing new changes no
    person and no evidence.

    Args:
        full: judge every pair anew; keys stay.
        settings: limits of the run.

    Raises:
        AnsinhError: another run is at work, or there is no model.
    """
    begin = time.perf_counter()
    model, limits = load(), settings or LinkageSettings()
    with store.exclusive() as connection:
        last = store.last_run(connection)
        full = full or last is None or last[0] != model.version
        run_id, started_at, highest = store.start(connection)
        with store.workbench(on_disk=full) as bench:
            # Which of equals counts is told by their values: to keep the order of rows would only cost time.
            bench.execute("set preserve_insertion_order = false")
            known = last[1] if last else _EVER
            standing.take_out(connection, bench, None if full else known)
            neighbourhood.find_changes(connection, bench, known)
            connection.commit()
            engine.create_tables(bench)
            if full:
                neighbourhood.take_all(bench)
                found = engine.link(bench, model, limits)
                given = keys.assign(bench, highest)
            else:
                neighbourhood.attach(bench, limits)
                limits = replace(limits, registered_persons=neighbourhood.registered_persons(bench))
                with store.attaching(bench, connection, run_id, model.version):
                    neighbourhood.take_neighbourhood(bench)
                    found = engine.link(bench, model, limits)
                    given = keys.assign(bench, highest)
            store.write(bench, connection, full=full, run_id=run_id, model_version=model.version)
            standing.keep(connection, bench, started_at)
            attached, evidence = (0, 0) if full else neighbourhood.count_attached(bench)
            report = Report(
                run_id=run_id,
                kind="full" if full else "increment",
                nodes=found.nodes + attached,
                fresh_nodes=found.fresh_nodes + attached,
                edges=sum(found.edges.values()) + evidence,
                persons=given.given,
                merges=given.merged,
                splits=given.split,
                doubtful=sum(found.doubtful.values()),
                seconds=round(time.perf_counter() - begin, 2),
                detail={"engine": found.as_dict(), "keys": asdict(given), "attached": attached},
            )
            store.record_run(connection, asdict(report) | {"model_version": model.version, "started_at": started_at})
            connection.commit()
            bench.commit()
    _log.info("%s", report)
    return report


def train(version: str) -> dict[str, Any]:
    """Train a model on all records at hand and save it; the next run is a full one with it.

    Args:
        version: the name of the new model; the newest by name is in force.

    Returns:
        `version`, `path` of the file, what it was `trained_on`, and its `parameters` as rows.

    Raises:
        AnsinhError: a linkage run is at work.
    """
    with store.exclusive() as connection, store.workbench() as bench:
        standing.take_out(connection, bench, None)
        neighbourhood.find_changes(connection, bench, _EVER)
        connection.rollback()
        engine.create_tables(bench)
        neighbourhood.take_all(bench)
        model, parameters = training.train(bench, version)
    return {"version": version, "path": str(save(model)), "trained_on": model.trained_on, "parameters": parameters}
