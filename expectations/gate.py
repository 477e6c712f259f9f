"""The gates: they judge the data of a stage, keep what they found, and stop the way where it breaks a critical rule.

Landing is judged per registry: a delivery that breaks a rule is rejected and later months of its registry wait, the
other registries go on. The other stages are judged as a whole.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ansinh.database import Role, connect
from ansinh.errors import AnsinhError
from ansinh.months import next_month, parse_month
from ansinh.settings import get_settings
from expectations import data_docs, results, stages
from expectations.judge import Finding, Judge, Judgement
from expectations.landing import Batch, suite, table
from expectations.profile import Measure, measure

if TYPE_CHECKING:
    from connectors.contract import Contract

_log = logging.getLogger(__name__)

_ADVICE = {
    "columns": "Compare the delivery with connectors/contracts/{0.registry}_{0.dataset}.yaml, pull it again: {0.pull}.",
    "reject_share": "See ./ansinh quarantine list --registry {0.registry} --dataset {0.dataset}, correct the cause, "
    "pull it again: {0.pull}.",
}
_PULL_AGAIN = "Ask the registry whether the delivery is complete, then pull it again: {0.pull}."
_STAGE_ADVICE = "Look at the suite's page in Data Docs, correct the data or the model, then run ./ansinh build."


@dataclass(frozen=True)
class GateResult:
    """What a gate decided.

    Attributes:
        stage: landing, staging, warehouse or indicators.
        suites: names of the suites that were run, `<stage>.<suite>`.
        success: whether no critical expectation failed.
        critical_failed: critical expectations that failed.
        warning_failed: warnings; they stop nothing.
        evaluated: expectations evaluated.
        failures: what failed, critical ones first.
    """

    stage: str
    suites: tuple[str, ...]
    success: bool
    critical_failed: int
    warning_failed: int
    evaluated: int
    failures: tuple[Finding, ...] = ()


class GateFailed(AnsinhError):
    """Data broke a critical rule; the results are stored and what depends on the data must not start."""

    def __init__(self, message: str, next_step: str, result: GateResult) -> None:
        super().__init__(message, next_step)
        self.result = result
        # Copies are made from these, as when the failure passes from one process to another.
        self.args = (message, next_step, result)


def check_landing(registry: str) -> GateResult:
    """Judge the deliveries of a registry that wait in landing, all months at once.

    Deliveries that pass become `checked`, those that break a critical rule `rejected`. Good deliveries of months
    after the first rejected one stay `landed`. Rejected deliveries are judged again at each call, so a corrected rule
    lets them through.

    Raises:
        GateFailed: a delivery broke a critical rule; results and Data Docs say more.
        AnsinhError: the registry is unknown or a landed file is missing.
    """
    from connectors.contract import datasets, load_contract

    contracts = {dataset: load_contract(registry, dataset) for dataset in datasets(registry)}
    with connect(Role.CHECKER) as connection:
        results.lock(connection, registry)
        ledger = results.ledger(connection, registry)
        waiting = [batch for batch in ledger if batch.state in ("landed", "rejected") and batch.dataset in contracts]
        if not waiting:
            return _verdict("landing", [])
        measured = {batch.batch_id: _measure(batch, contracts[batch.dataset]) for batch in waiting}
        known = results.profiles(connection, registry)
        known |= {batch_id: {row.name: row.value for row in rows} for batch_id, rows in measured.items()}
        judgements = []
        with Judge() as judge:
            for dataset, contract in contracts.items():
                judged = [batch for batch in waiting if batch.dataset == dataset]
                if judged:
                    history = [batch for batch in ledger if batch.dataset == dataset]
                    frame = table(contract, judged, history, known)
                    judgements.append(judge.judge_frame(suite(contract), frame, "batch_id"))
        verdict = _verdict("landing", judgements)
        broken = {finding.subject: finding for finding in reversed(verdict.failures) if finding.severity == "critical"}
        errors = {
            batch.batch_id: _error(batch, broken[batch.batch_id], measured[batch.batch_id])
            for batch in waiting
            if batch.batch_id in broken
        }
        stop = min((batch.period for batch in waiting if batch.batch_id in errors), default="9999-12")
        results.store_profiles(connection, measured)
        for judgement in judgements:
            results.store(connection, "landing", judgement)
        for batch in waiting:
            if batch.batch_id in errors:
                results.settle(connection, batch, "rejected", str(errors[batch.batch_id]))
            elif batch.period <= stop:
                results.settle(connection, batch, "checked", None)
            elif batch.state == "rejected":
                results.settle(connection, batch, "landed", None)
    _report(verdict)
    if errors:
        data_docs.build()
        first = errors[min(waiting, key=lambda batch: (batch.batch_id not in errors, batch.period)).batch_id]
        others = f" {len(errors) - 1} more deliveries were rejected." if len(errors) > 1 else ""
        raise GateFailed(f"{first.message} Later months of {registry} wait.{others}", first.next_step, verdict)
    return verdict


def check_stage(stage: str) -> GateResult:
    """Judge what the warehouse holds at a stage: `staging`, `warehouse` or `indicators`.

    Raises:
        GateFailed: a critical rule is broken.
        AnsinhError: there is no such stage, or its tables have not been built.
    """
    chosen = stages.suites(stage)
    with connect(Role.CHECKER) as connection, Judge() as judge:
        results.lock(connection, stage)
        judgements = [judge.judge_query(one.suite(), one.query(), one.index) for one in chosen]
        for judgement in judgements:
            results.store(connection, stage, judgement)
    verdict = _verdict(stage, judgements)
    _report(verdict)
    if not verdict.success:
        data_docs.build()
        failed = next(judgement for judgement in judgements if judgement.failed("critical"))
        worst = failed.failed("critical")[0]
        others = f" {verdict.critical_failed - 1} more critical expectations failed." * (verdict.critical_failed > 1)
        raise GateFailed(
            f"The gate of the stage {stage} is shut: suite {failed.suite} expects '{worst.expectation}' "
            f"but observed {worst.observed}{f' for {worst.subject}' if worst.subject else ''}.{others}",
            _STAGE_ADVICE,
            verdict,
        )
    return verdict


def _measure(batch: Batch, contract: Contract) -> list[Measure]:
    path = get_settings().landing_dir / batch.landing_path
    if not path.is_file():
        raise AnsinhError(
            f"The landed file {path} of batch {batch.batch_id} is missing.", f"Pull it again: {batch.pull}."
        )
    start = parse_month(batch.period)
    _log.info("Measuring batch %s: %s rows.", batch.batch_id, f"{batch.rows_accepted:,}")
    return measure(contract, path, start, next_month(start), first_load=batch.first_load)


def _error(batch: Batch, finding: Finding, measured: list[Measure]) -> AnsinhError:
    note = next((f" ({row.note})" for row in measured if row.name == finding.measure and row.note), "")
    kind = "columns" if finding.measure.startswith("columns_") else finding.measure
    return AnsinhError(
        f"The landing gate rejected batch {batch.batch_id}: suite landing.{batch.registry}_{batch.dataset} expects "
        f"'{finding.expectation}' but observed {finding.observed}{note}.",
        _ADVICE.get(kind, _PULL_AGAIN).format(batch),
    )


def _verdict(stage: str, judgements: list[Judgement]) -> GateResult:
    critical = sum(judgement.count_failed("critical") for judgement in judgements)
    failures = [finding for judgement in judgements for finding in judgement.findings if not finding.success]
    return GateResult(
        stage=stage,
        suites=tuple(judgement.suite for judgement in judgements),
        success=critical == 0,
        critical_failed=critical,
        warning_failed=sum(judgement.count_failed("warning") for judgement in judgements),
        evaluated=sum(judgement.evaluated for judgement in judgements),
        failures=tuple(sorted(failures, key=lambda finding: finding.severity != "critical")),
    )


def _report(verdict: GateResult) -> None:
    for finding in verdict.failures:
        level = logging.ERROR if finding.severity == "critical" else logging.WARNING
        subject = f"{finding.subject}: " if finding.subject else ""
        _log.log(level, "%s%s Observed %s.", subject, finding.expectation, finding.observed)
    _log.info(
        "Gate %s: %d expectations, %d critical and %d warnings failed.",
        verdict.stage, verdict.evaluated, verdict.critical_failed, verdict.warning_failed,
    )  # fmt: skip
