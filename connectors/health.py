"""Health: claim envelopes in a folder (local, SFTP, S3, anything fsspec knows), read by all cores.

    <YYYY-MM>/<facility>_<yyyymmdd>_<n>.xml.gz

The month's batch is what lies in the month's folder; a file that comes late makes a new revision of that batch.
"""

from __future__ import annotations

import csv
import hashlib
import logging
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from connectors import envelope
from connectors.contract import Contract
from connectors.folder import Folder
from connectors.packed import unpack
from connectors.pool import Pool
from connectors.settings import RegistrySettings
from connectors.source import Chunk, Source, Window

_log = logging.getLogger(__name__)

_ANNEX = Path(__file__).parent / "annex" / "hi_claim_xml_fields.csv"
# Packed bytes of envelopes in one task: some thousand claims.
_TASK_BYTES = 4 * 2**20
_SUFFIXES = (".xml", ".xml.gz")


class Registry(Source):
    """The health insurance claim gateway's outbox."""

    together = True

    def __init__(self, settings: RegistrySettings) -> None:
        super().__init__(settings)
        self._pool = Pool(settings.workers)
        self._outbox = Folder(settings)

    def close(self) -> None:
        """End the processes that read."""
        self._pool.close()

    def fingerprint(self, contracts: list[Contract], window: Window) -> str | None:
        """Return the hash of the folder's listing: names, sizes and times of the files."""
        listed = [(path, size, mark) for folder in self._folders(window) for path, size, mark in self._files(folder)]
        return hashlib.sha256(repr(listed).encode()).hexdigest()

    def extract(self, contracts: list[Contract], window: Window) -> Iterator[Chunk]:
        """Yield the tables of every envelope in the month's folder, and of earlier folders on a first load."""
        by_table = {contract.source_table: contract for contract in contracts}
        tasks = self.tasks(contracts, window)
        done, total = 0, sum(len(task.paths) for task in tasks)
        for read in self._pool.map(envelope.read, tasks):
            for table, contract in by_table.items():
                yield _chunk(contract, table, read)
            done += len(read.files)
            _log.info("health %s: %d of %d envelopes read", window.period, done, total)

    def tasks(self, contracts: list[Contract], window: Window) -> list[envelope.Task]:
        """Return the work of reading the window's envelopes, in parts of bounded size."""
        tables = {contract.source_table: [field.source for field in contract.fields] for contract in contracts}
        found = []
        for folder in self._folders(window):
            paths: list[str] = []
            waiting = 0
            for path, size, _ in self._files(folder):
                paths.append(path)
                waiting += size
                if waiting >= _TASK_BYTES:
                    found.append(envelope.Task(self._outbox, folder, paths, tables))
                    paths, waiting = [], 0
            if paths:
                found.append(envelope.Task(self._outbox, folder, paths, tables))
        return found

    def _folders(self, window: Window) -> list[str]:
        found = [entry.name for entry in self._outbox.entries() if entry.is_folder and _is_month(entry.name)]
        return [name for name in found if name == window.period or (window.since is None and name < window.period)]

    def _files(self, folder: str) -> list[tuple[str, int, str]]:
        entries = self._outbox.entries(folder)
        return [(e.name, e.size, e.mark) for e in entries if not e.is_folder and e.name.endswith(_SUFFIXES)]


def _is_month(name: str) -> bool:
    return len(name) == 7 and name[4] == "-" and name.replace("-", "").isdigit()


def _chunk(contract: Contract, table: str, read: envelope.Read) -> Chunk:
    found = read.tables[table]
    warnings = {f"unknown field {name} of {table} ignored" for name in found.seen - _annex()[table]}
    first = table == min(read.tables)
    files = read.files if first else []
    return Chunk(
        contract.dataset, unpack(found.rows), found.rejects, warnings | (read.warnings if first else set()), files=files
    )


@cache
def _annex() -> dict[str, set[str]]:
    """The fields of each table in the annex of the Decisions."""
    fields: dict[str, set[str]] = {}
    with _ANNEX.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            fields.setdefault(row["table"], set()).add(row["field"])
    return fields
