"""Where the gates keep what they found: tables in the schema `quality`, and the states in `ingest.batch`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from expectations.judge import Judgement
from expectations.landing import Batch
from expectations.profile import Measure

if TYPE_CHECKING:
    import psycopg

_LEDGER = """
    select batch_id, dataset, period, state, revision, cursor_from is null, rows_received, rows_accepted,
           rows_quarantined, coalesce(sha256, ''), coalesce(landing_path, '')
    from ingest.batch where registry = %s order by period, dataset
"""


def ledger(connection: psycopg.Connection, registry: str) -> list[Batch]:
    """Return a registry's deliveries, oldest month first."""
    return [Batch(*row) for row in connection.execute(_LEDGER, [registry])]


def lock(connection: psycopg.Connection, subject: str) -> None:
    """Wait until no other gate of the subject is at work; held to the end of the transaction."""
    connection.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"gate {subject}"])


def profiles(connection: psycopg.Connection, registry: str) -> dict[str, dict[str, float | None]]:
    """Return the stored measures of a registry's deliveries, by batch."""
    found: dict[str, dict[str, float | None]] = {}
    query = "select batch_id, measure, value from quality.batch_profile where starts_with(batch_id, %s)"
    for batch_id, measure, value in connection.execute(query, [f"{registry}."]):
        found.setdefault(batch_id, {})[measure] = value
    return found


def store_profiles(connection: psycopg.Connection, measured: Mapping[str, list[Measure]]) -> None:
    """Replace the measures of the given deliveries."""
    with connection.cursor() as cursor:
        cursor.execute("delete from quality.batch_profile where batch_id = any(%s)", [list(measured)])
        cursor.executemany(
            "insert into quality.batch_profile (batch_id, measure, value, note) values (%s, %s, %s, %s)",
            [(batch_id, row.name, row.value, row.note) for batch_id, rows in measured.items() for row in rows],
        )


def store(connection: psycopg.Connection, stage: str, judgement: Judgement) -> None:
    """Add a suite's result to the history, and make it the one that Data Docs show."""
    suite = judgement.suite.removeprefix(f"{stage}.")
    critical, warning = judgement.count_failed("critical"), judgement.count_failed("warning")
    row = connection.execute(
        """insert into quality.gate_result (stage, suite, success, critical_failed, warning_failed, evaluated)
           values (%s, %s, %s, %s, %s, %s) returning gate_id""",
        [stage, suite, critical == 0, critical, warning, judgement.evaluated],
    ).fetchone()
    assert row is not None, "insert returning gives a row"
    with connection.cursor() as cursor:
        cursor.executemany(
            """insert into quality.expectation_result
               (gate_id, expectation, subject, severity, success, observed, batch_id)
               values (%s, %s, %s, %s, %s, %s, %s)""",
            [
                (
                    row[0], found.expectation, f"{found.subject}: {found.measure}" if found.subject else found.measure,
                    found.severity, found.success, found.observed, found.subject if stage == "landing" else None,
                )
                for found in judgement.findings
            ],
        )  # fmt: skip
    connection.execute(
        """insert into quality.validation (suite, stage, expectations, result) values (%s, %s, %s, %s)
           on conflict (suite) do update set
               expectations = excluded.expectations, result = excluded.result, validated_at = clock_timestamp()""",
        [judgement.suite, stage, judgement.suite_json, judgement.result_json],
    )


def settle(connection: psycopg.Connection, batch: Batch, state: str, error: str | None) -> None:
    """Move a judged delivery to another state; `error` says why it was rejected.

    Remarks of the connector on a delivery that passes are kept.
    """
    keep = state != "rejected" and batch.state == "landed"
    connection.execute(
        """update ingest.batch set state = %s, error = case when %s then error else %s end
           where batch_id = %s and revision = %s and state = %s""",
        [state, keep, error, batch.batch_id, batch.revision, batch.state],
    )
