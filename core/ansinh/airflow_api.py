"""A client of Airflow's REST API: set up pools and connections, trigger runs, follow them, read task logs."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import parse_qsl, unquote, urlsplit

import httpx

from ansinh.errors import AnsinhError


@dataclass(frozen=True)
class Run:
    """A run of a DAG; `state` is queued, running, success or failed."""

    dag_id: str
    run_id: str
    state: str
    partition: str | None

    @property
    def ended(self) -> bool:
        """Whether nothing will change any more."""
        return self.state in ("success", "failed")


@dataclass(frozen=True)
class Task:
    """A task of a run; `state` is None before it is scheduled."""

    dag_id: str
    run_id: str
    task_id: str
    state: str | None
    try_number: int
    seconds: float
    ended_at: str


@dataclass(frozen=True)
class Question:
    """A task that waits for a human, and what it asks."""

    dag_id: str
    run_id: str
    task_id: str
    subject: str


class Api:
    """Airflow's REST API, signed in as one user; as a context manager it gives back its connections at the end.

    Raises:
        AnsinhError: Airflow refuses a request; the message holds its reason.
    """

    def __init__(self, address: str, user: str, password: str) -> None:
        self.address = address
        self._client = httpx.Client(base_url=address, timeout=30)
        try:
            token = self._call("POST", "/auth/token", json={"username": user, "password": password})["access_token"]
        except AnsinhError:
            self.close()
            raise
        self._client.headers["Authorization"] = f"Bearer {token}"

    def close(self) -> None:
        """Give back the connections."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def dags(self) -> dict[str, bool]:
        """Return the known DAGs and whether each is paused."""
        found = self._call("GET", "/api/v2/dags", params={"limit": 100})["dags"]
        return {dag["dag_id"]: dag["is_paused"] for dag in found}

    def import_errors(self) -> list[str]:
        """Return the errors of DAG files that could not be parsed."""
        found = self._call("GET", "/api/v2/importErrors")["import_errors"]
        return [f"{error['filename']}: {error['stack_trace'].strip().splitlines()[-1]}" for error in found]

    def unpause_all(self) -> None:
        """Let the scheduler run every DAG."""
        self._call("PATCH", "/api/v2/dags", params={"dag_id_pattern": "~"}, json={"is_paused": False})

    def set_pools(self, pools: dict[str, tuple[int, str]]) -> None:
        """Create or replace pools: name to (slots, description)."""
        self._replace("pools", [{"name": n, "slots": s, "description": d} for n, (s, d) in pools.items()])

    def set_connections(self, uris: dict[str, str]) -> None:
        """Create or replace connections from their URIs."""
        self._replace("connections", [_connection(name, uri) for name, uri in uris.items()])

    def trigger(self, dag_id: str, conf: dict[str, Any], partition: str | None = None) -> str:
        """Start a run and return its id."""
        body = {"logical_date": None, "conf": conf, "partition_key": partition}
        run_id: str = self._call("POST", f"/api/v2/dags/{dag_id}/dagRuns", json=body)["dag_run_id"]
        return run_id

    def runs(self, since: str) -> list[Run]:
        """Return the runs queued at or after an ISO time, oldest first."""
        params = {"run_after_gte": since, "limit": 100, "order_by": "id"}
        found = self._call("GET", "/api/v2/dags/~/dagRuns", params=params)["dag_runs"]
        return [Run(r["dag_id"], r["dag_run_id"], r["state"], r.get("partition_key")) for r in found]

    def tasks(self, since: str) -> list[Task]:
        """Return the task instances of the runs queued at or after an ISO time."""
        params = {"run_after_gte": since, "limit": 100}
        found = self._call("GET", "/api/v2/dags/~/dagRuns/~/taskInstances", params=params)["task_instances"]
        return [
            Task(t["dag_id"], t["dag_run_id"], t["task_id"], t["state"], t["try_number"], t["duration"] or 0.0,
                 t["end_date"] or "")
            for t in found
        ]  # fmt: skip

    def questions(self, dag_id: str) -> list[Question]:
        """Return what the runs of a DAG wait for a human to answer."""
        params = {"response_received": False, "state": "awaiting_input"}
        found = self._call("GET", f"/api/v2/dags/{dag_id}/dagRuns/~/hitlDetails", params=params)["hitl_details"]
        tasks = [(detail["task_instance"], detail["subject"]) for detail in found]
        return [Question(task["dag_id"], task["dag_run_id"], task["task_id"], subject) for task, subject in tasks]

    def answer(self, question: Question, option: str, params: dict[str, Any]) -> None:
        """Answer a question as the signed-in user."""
        run = f"/api/v2/dags/{question.dag_id}/dagRuns/{question.run_id}"
        body = {"chosen_options": [option], "params_input": params}
        self._call("PATCH", f"{run}/taskInstances/{question.task_id}/-1/hitlDetails", json=body)

    def error(self, task: Task) -> str:
        """Return the last error in the log of a task, or an empty text."""
        path = f"/api/v2/dags/{task.dag_id}/dagRuns/{task.run_id}/taskInstances/{task.task_id}/logs/{task.try_number}"
        entries = self._call("GET", path, headers={"Accept": "application/json"})["content"]
        found = ""
        for entry in entries:
            for detail in (entry.get("error_detail") or []) if isinstance(entry, dict) else []:
                found = f"{detail['exc_value']}" or detail["exc_type"]
                break
        return found

    def _replace(self, kind: str, entities: list[dict[str, Any]]) -> None:
        action = {"action": "create", "entities": entities, "action_on_existence": "overwrite"}
        result = self._call("PATCH", f"/api/v2/{kind}", json={"actions": [action]})
        if errors := result["create"]["errors"]:
            raise AnsinhError(f"Airflow refuses the {kind}: {errors[0].get('error')}", "Look into the UI of Airflow.")

    def _call(self, method: str, path: str, **options: Any) -> Any:
        try:
            response = self._client.request(method, path, **options)
        except httpx.TransportError as error:
            raise AnsinhError(f"Airflow does not answer: {error}", "Run ./ansinh up.") from error
        if response.is_error:
            raise AnsinhError(
                f"Airflow refuses {method} {path} with status {response.status_code}: {_detail(response)}",
                "Look into the UI of Airflow.",
            )
        return response.json()


def _connection(name: str, uri: str) -> dict[str, Any]:
    """Split a URI into the fields of an Airflow Connection, as Airflow's own `Connection.from_uri` does."""
    parts = urlsplit(uri)
    return {
        "connection_id": name,
        "conn_type": parts.scheme,
        "host": parts.hostname,
        "port": parts.port,
        "login": unquote(parts.username) if parts.username else None,
        "password": unquote(parts.password) if parts.password else None,
        "schema": unquote(parts.path).removeprefix("/") or None,
        "extra": json.dumps(dict(parse_qsl(parts.query))) if parts.query else None,
    }


def _detail(response: httpx.Response) -> str:
    try:
        detail = response.json().get("detail", "")
    except ValueError:
        return response.text[:200]
    if isinstance(detail, Iterable) and not isinstance(detail, str | dict):
        return "; ".join(str(item.get("msg", item)) if isinstance(item, dict) else str(item) for item in detail)
    return str(detail)
