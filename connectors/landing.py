"""From a registry to the landing folder: pull, check row by row, write immutable Parquet, and note it in the ledger."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import ansinh
from ansinh.errors import AnsinhError
from ansinh.months import month_range
from ansinh.settings import get_settings
from connectors import ledger
from connectors.ahead import ahead, at_once
from connectors.batch_file import BatchFile
from connectors.connections import Connections, working_on
from connectors.contract import Contract, load_contract
from connectors.contract import datasets as datasets_of
from connectors.ledger import Batch
from connectors.settings import RegistrySettings
from connectors.source import Chunk, File, Source, Window, open_source
from connectors.validation import Checked, Validator

_log = logging.getLogger(__name__)


def land(
    registry: str,
    period_from: str,
    period_to: str,
    datasets: list[str] | None = None,
    settings: RegistrySettings | None = None,
) -> list[str]:
    """Pull the months from `period_from` to `period_to`, both included, into the landing folder.

    A month that is pulled again and has not changed changes nothing; other content makes a new revision of its batch.
    The first month of a first load takes everything recorded before it as well.

    Args:
        registry: name of the registry.
        period_from: first month, `YYYY-MM`; the month in which the registry recorded the changes.
        period_to: last month.
        datasets: data sets to pull; all where None.
        settings: where the registry is; from the environment where None.

    Returns:
        Batches that now wait for the gate, in order; unchanged ones are not listed.

    Raises:
        AnsinhError: another run works on the registry, the registry cannot be reached, a delivery is broken as a
            whole, or the disk is full. The batch is noted as failed and the next run goes on from there.
    """
    contracts = [load_contract(registry, dataset) for dataset in datasets or datasets_of(registry)]
    periods = month_range(period_from, period_to)
    source_settings = settings or RegistrySettings.from_environment(registry)
    landed: list[str] = []
    with working_on(registry) as (_, connections), open_source(registry, source_settings) as source:
        groups = [contracts] if source.together else [[contract] for contract in contracts]
        for period in periods:
            land_group = partial(_land_group, connections, source, period)
            for batches in at_once(source_settings.connections, land_group, groups):
                landed += batches
    return landed


def _land_group(connections: Connections, source: Source, period: str, contracts: list[Contract]) -> list[str]:
    with connections.borrowed() as connection:
        plans = {contract.dataset: ledger.plan(connection, contract, period) for contract in contracts}
    window = plans[contracts[0].dataset][0]
    with _failures_noted(connections, contracts, window):
        fingerprint = source.fingerprint(contracts, window)
        if fingerprint and all(_known(contract, plans[contract.dataset][1], fingerprint) for contract in contracts):
            return [contract.batch_id(period) for contract in contracts if _waits(plans[contract.dataset][1])]
        with ExitStack() as stack:
            writers = {c.dataset: stack.enter_context(BatchFile(c, _folder(c, period))) for c in contracts}
            position, files = _receive(source, contracts, window, writers)
            batches = []
            for contract in contracts:
                path = writers[contract.dataset].commit()
                end = fingerprint or position or window.until.isoformat()
                batches.append(_batch(contract, window, writers[contract.dataset], path, end))
        with connections.borrowed() as connection, connection.transaction():
            fresh = [b.batch_id for b in batches if ledger.record_landed(connection, b, files.get(b.dataset, []))]
    return fresh


def _receive(
    source: Source, contracts: list[Contract], window: Window, writers: dict[str, BatchFile]
) -> tuple[str | None, dict[str, list[File]]]:
    position, told, received = window.position, 0, 0
    files: dict[str, list[File]] = {}
    # Rows are fetched, checked and written at the same time.
    for chunk, checked in ahead(_checked(contracts, ahead(source.extract(contracts, window)))):
        writers[chunk.dataset].write(checked)
        position = chunk.position or position
        files.setdefault(chunk.dataset, []).extend(chunk.files)
        received += checked.accepted.height + checked.rejected.height
        if received - told >= 1_000_000:
            told = received
            _log.info("%s %s: %d rows received", source.settings.name, window.period, received)
    return position, files


def _checked(contracts: list[Contract], chunks: Iterable[Chunk]) -> Iterator[tuple[Chunk, Checked]]:
    validators = {contract.dataset: Validator(contract) for contract in contracts}
    for chunk in chunks:
        checked = validators[chunk.dataset].check(chunk.rows, chunk.rejects)
        checked.warnings |= chunk.warnings
        # The rows as delivered are not needed any longer.
        yield replace(chunk, rows=chunk.rows.clear()), checked


def _batch(contract: Contract, window: Window, file: BatchFile, path: Path, end: str) -> Batch:
    batch_id = contract.batch_id(window.period)
    warning = "; ".join(sorted(file.warnings))
    _log.info("%s: %d rows landed, %d held back", batch_id, file.accepted, file.quarantined)
    if warning:
        _log.warning("%s: %s", batch_id, warning)
    return Batch(
        batch_id=batch_id, registry=contract.registry, dataset=contract.dataset, period=window.period,
        cursor_from=ledger.start_of(contract, window), cursor_to=end, state="landed", revision=1,
        rows_received=file.accepted + file.quarantined, rows_accepted=file.accepted,
        rows_quarantined=file.quarantined, bytes=file.bytes, sha256=file.sha256,
        landing_path=str(path.relative_to(get_settings().landing_dir)), contract_version=contract.version,
        code_version=ansinh.__version__, error=f"Warning: {warning}." if warning else None,
    )  # fmt: skip


def _known(contract: Contract, batch: Batch | None, fingerprint: str) -> bool:
    """Whether the batch already holds this very delivery, read with this contract and this code."""
    return (
        batch is not None
        and batch.state in ("landed", "checked", "loaded")
        and (batch.cursor_to, batch.contract_version, batch.code_version)
        == (fingerprint, contract.version, ansinh.__version__)
        and (get_settings().landing_dir / str(batch.landing_path)).exists()
    )


def _waits(batch: Batch | None) -> bool:
    return batch is not None and batch.state == "landed"


def _folder(contract: Contract, period: str) -> Path:
    return get_settings().landing_dir / contract.registry / contract.dataset / period


@contextmanager
def _failures_noted(connections: Connections, contracts: list[Contract], window: Window) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        with connections.borrowed() as connection:
            for contract in contracts:
                ledger.record_failure(connection, contract, window, str(error))
        if isinstance(error, AnsinhError):
            raise
        names = ", ".join(contract.batch_id(window.period) for contract in contracts)
        raise AnsinhError(f"{names}: the pull failed: {error}", "Run this again; use --debug for details.") from error
