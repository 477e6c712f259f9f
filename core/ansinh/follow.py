"""Follow the runs of DAGs through the REST API, tell what happens, and stop at a failure."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field

from ansinh.airflow_api import Api, Run, Task
from ansinh.database import Role, connect
from ansinh.errors import AnsinhError
from ansinh.narrator import Narrator

_POLL_SECONDS = 0.4
_WAKE_SECONDS = 60
_ROWS = """
select coalesce(sum(rows_received), 0), coalesce(sum(rows_quarantined), 0) from ingest.batch where registry = %s
"""
_LINKED = """
select fresh_nodes, persons, merges, splits, (select count(*) from identity.doubtful)
from identity.run order by run_id desc limit 1
"""
_ERROR = "select batch_id, error from ingest.batch where registry = %s and state in ('failed', 'rejected') limit 1"


@dataclass
class Follower:
    """Watches everything that Airflow runs from an ISO time on.

    Attributes:
        api: the REST API of a running Airflow.
        since: only runs queued at or after this time are looked at.
        narrator: where the progress is told.
        tasks: the newest state of every task, by DAG, run and task.
    """

    api: Api
    since: str
    narrator: Narrator
    tasks: dict[tuple[str, str, str], Task] = field(default_factory=dict)

    def wait(self, dags: set[str], runs_each: int = 1) -> list[Run]:
        """Return the runs of the DAGs when all have ended and each DAG has had so many; a missing one must come soon.

        A run that waits for a person, or for the end of an embargo, is not waited for.

        Raises:
            AnsinhError: a run failed (the message names DAG, task and error), or a DAG was not woken.
        """
        started = time.monotonic()
        while True:
            self._look()
            runs = [run for run in self.api.runs(self.since) if run.dag_id in dags]
            counts = Counter(run.dag_id for run in runs)
            missing = {dag_id for dag_id in dags if counts[dag_id] < runs_each}
            if not missing and all(run.ended or self._awaits(run) for run in runs):
                self._look()
                if failed := [run for run in runs if run.state == "failed"]:
                    raise self._failure(failed)
                return runs
            if missing and time.monotonic() - started > _WAKE_SECONDS:
                name = min(missing)
                raise AnsinhError(
                    f"{name} was not woken within {_WAKE_SECONDS} s.",
                    f"Look at {self.api.address}/dags/{name}, or trigger it there.",
                )
            time.sleep(_POLL_SECONDS)

    def woken(self, dag_id: str) -> bool:
        """Tell whether a DAG that assets wake has a run; wait for it a while."""
        started = time.monotonic()
        while not any(run.dag_id == dag_id for run in self.api.runs(self.since)):
            if time.monotonic() - started > _WAKE_SECONDS:
                return False
            time.sleep(_POLL_SECONDS)
        return True

    def state(self, run: Run, task_id: str) -> str | None:
        """Return the state of a task of a run."""
        task = self.tasks.get((run.dag_id, run.run_id, task_id))
        return task.state if task else None

    def _awaits(self, run: Run) -> bool:
        tasks = [task for task in self.tasks.values() if (task.dag_id, task.run_id) == (run.dag_id, run.run_id)]
        is_busy = any(task.state in ("running", "queued", "scheduled", "up_for_retry") for task in tasks)
        return not is_busy and any(task.state in ("awaiting_input", "up_for_reschedule") for task in tasks)

    def _look(self) -> None:
        for task in self.api.tasks(self.since):
            key = (task.dag_id, task.run_id, task.task_id)
            before = self.tasks.get(key)
            self.tasks[key] = task
            if before and before.state == task.state:
                continue
            self._tell(task)
        running = [f"{t.dag_id}.{t.task_id}" for t in self.tasks.values() if t.state == "running"]
        self.narrator.now("running " + ", ".join(sorted(running)) if running else "waiting for the scheduler")

    def _tell(self, task: Task) -> None:
        name = f"{task.dag_id}.{task.task_id}"
        if task.state == "success":
            self.narrator.say(f"{name} done in {task.seconds:.1f} s{self._outcome(task)}")
        elif task.state == "up_for_retry":
            self.narrator.say(f"{name} failed and will be tried again: {self.api.error(task)}")
        elif task.state == "failed":
            self.narrator.say(f"{name} failed")
        elif task.state == "awaiting_input":
            self.narrator.say(f"{name} waits for an answer at {self._page(task.dag_id, task.run_id, task.task_id)}")

    def _outcome(self, task: Task) -> str:
        """Return what a task that moves rows or links persons brought."""
        if task.dag_id == "build_warehouse" and task.task_id == "linkage":
            return self._links()
        if not task.dag_id.startswith("ingest_") or task.task_id == "check_landing":
            return ""
        with connect(Role.PUBLISHER) as connection:
            row = connection.execute(_ROWS, [task.dag_id.removeprefix("ingest_")]).fetchone() or (0, 0)
        held = f", {row[1]:,} held in quarantine" if row[1] else ""
        return f" ({row[0]:,} rows received so far{held})"

    def _links(self) -> str:
        with connect(Role.STEWARD) as connection:
            row = connection.execute(_LINKED).fetchone()
        if row is None:
            return ""
        fresh, new, merged, split, doubtful = row
        doubts = f"; {doubtful:,} pairs in doubt, see ./ansinh identity review" if doubtful else ""
        return f" ({fresh:,} descriptions linked, {new:,} new persons, {merged:,} merged, {split:,} split{doubts})"

    def _failure(self, failed: list[Run]) -> AnsinhError:
        """Name the first task that failed, and why: from its log, else from the ledger."""
        runs = {(run.dag_id, run.run_id) for run in failed}
        causes = [t for t in self.tasks.values() if (t.dag_id, t.run_id) in runs and t.state == "failed"]
        if not causes:
            page = self._page(failed[0].dag_id, failed[0].run_id)
            return AnsinhError(f"{failed[0].dag_id} failed.", f"Look at {page}.")
        task = min(causes, key=lambda cause: cause.ended_at)
        message, _, next_step = self.api.error(task).partition(" Next: ")
        message = message or self._ledger_error(task) or "no reason was logged"
        page = self._page(task.dag_id, task.run_id, task.task_id)
        others = sorted({run.dag_id for run in failed} - {task.dag_id})
        also = f" {', '.join(others)} failed too." if others else ""
        return AnsinhError(
            f"{task.dag_id} failed at {task.task_id}: {message}{also}",
            f"{next_step} The log is at {page}; then ./ansinh run goes on from there.".strip(),
        )

    def _ledger_error(self, task: Task) -> str:
        with connect(Role.PUBLISHER) as connection:
            row = connection.execute(_ERROR, [task.dag_id.removeprefix("ingest_")]).fetchone()
        return f"batch {row[0]}: {row[1]}" if row else ""

    def _page(self, dag_id: str, run_id: str, task_id: str = "") -> str:
        page = f"{self.api.address}/dags/{dag_id}/runs/{run_id}"
        return f"{page}/tasks/{task_id}" if task_id else page
