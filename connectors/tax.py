"""Tax: the list of payers as REST pages, and yearly returns 05/QTT-TNCN as XML in ZIP archives over HTTP.

GET /v1/payers?updated_from=&updated_to=&page=&size=
GET /v1/returns?filed_from=&filed_to=&page=&size=    GET /v1/returns/{archive_id}.zip
"""

from __future__ import annotations

import hashlib
import logging
import zipfile
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import IO, Any

import polars as pl

from ansinh.errors import AnsinhError
from connectors import tax_return
from connectors.ahead import in_order
from connectors.contract import Contract
from connectors.http import HttpClient, Params
from connectors.packed import unpack
from connectors.pool import Pool
from connectors.retry import Wait
from connectors.settings import RegistrySettings
from connectors.source import Chunk, File, Source, Window
from connectors.tables import text_frame

_log = logging.getLogger(__name__)

_PAGE_ROWS = 5_000
# Text of returns in one task: some ten thousand lines.
_TASK_BYTES = 4 * 2**20
# Tasks that are done before another process would have started.
_ALONE = 4
# Size of archives that are worth processes from the start: it takes longer to read them than to start a process.
_MANY_BYTES = 2**20


class Registry(Source):
    """The tax authority."""

    def __init__(self, settings: RegistrySettings) -> None:
        super().__init__(settings)
        self._http = HttpClient(settings)
        self._pool = Pool(settings.workers)

    def close(self) -> None:
        """Give back the connections and end the processes that read."""
        self._http.close()
        self._pool.close()

    def fingerprint(self, contracts: list[Contract], window: Window) -> str | None:
        """Return the hash of the announced archives; the list of payers has none."""
        if contracts[0].dataset != "wage_income":
            return None
        listed = "\n".join(f"{a['archive_id']} {a['sha256']}" for a in self._archives(window))
        return hashlib.sha256(listed.encode()).hexdigest()

    def extract(self, contracts: list[Contract], window: Window) -> Iterator[Chunk]:
        """Yield payers recorded, or returns filed, in the window."""
        for contract in contracts:
            pull = self._returns if contract.dataset == "wage_income" else self._payers
            yield from pull(contract, window)

    def _payers(self, contract: Contract, window: Window) -> Iterator[Chunk]:
        for items in self._pages("/v1/payers", "updated", window):
            yield Chunk(contract.dataset, text_frame(items, [item.source for item in contract.fields]))

    def _archives(self, window: Window) -> list[dict[str, Any]]:
        found = [item for page in self._pages("/v1/returns", "filed", window) for item in page]
        return sorted(found, key=lambda archive: (archive["filed_at"], archive["archive_id"]))

    def _pages(self, path: str, moment: str, window: Window) -> Iterator[list[dict[str, Any]]]:
        size = self.settings.page_size or _PAGE_ROWS
        params: Params = {f"{moment}_to": window.until.isoformat(), "size": size}
        if window.since is not None:
            params[f"{moment}_from"] = window.since.isoformat()
        number, last, total = 1, 1, None
        while number <= last:
            page = self._http.get_json(path, {**params, "page": number}, partial(_must_be_page, number, total))
            total, last = page["total_items"], page["total_pages"]
            yield page["items"]
            number += 1

    def _returns(self, contract: Contract, window: Window) -> Iterator[Chunk]:
        archives = self._archives(window)
        wanted = [item.source for item in contract.fields]
        under_way: deque[_Batch] = deque()
        if sum(archive.get("bytes", 0) for archive in archives) > _MANY_BYTES:
            self._pool.start(tax_return.read)

        def work() -> Iterator[list[tax_return.Task]]:
            for batch in self._batches(archives, wanted):
                under_way.append(batch)
                yield batch.tasks

        done = 0
        for read in self._pool.map(tax_return.read, work(), alone=_ALONE):
            batch = under_way.popleft()
            done += len(batch.finished)
            _log.info("tax %s: %d of %d archives read", window.period, done, len(archives))
            yield _chunk(contract, read, [file for file, _ in batch.finished])
            for _, copy in batch.finished:
                copy.close()

    def _batches(self, archives: list[dict[str, Any]], wanted: list[str]) -> Iterator[_Batch]:
        """Fetch the archives, the next ones ahead, and yield their returns in parts of bounded size."""
        batch, at_once = _Batch(), self.settings.connections
        with ThreadPoolExecutor(at_once) as threads:
            for archive_id, file, copy in in_order(threads, self._fetch, archives, at_once):
                try:
                    parts = tasks(archive_id, copy.name, wanted)
                except zipfile.BadZipFile as error:
                    raise tax_return.damaged(archive_id, error) from error
                for task in parts:
                    if batch.bytes >= _TASK_BYTES:
                        yield batch
                        batch = _Batch()
                    batch.tasks.append(task)
                    batch.bytes += task.bytes
                batch.finished.append((file, copy))
        if batch.finished:
            yield batch

    def _fetch(self, archive: dict[str, Any]) -> tuple[str, File, IO[bytes]]:
        path = f"/v1/returns/{archive['archive_id']}.zip"
        copy = self._http.download(path, archive["sha256"])
        return archive["archive_id"], File(path, archive["sha256"], copy.seek(0, 2)), copy


@dataclass
class _Batch:
    """Returns that are read together, and the archives that have been read with them."""

    tasks: list[tax_return.Task] = field(default_factory=list)
    finished: list[tuple[File, IO[bytes]]] = field(default_factory=list)
    bytes: int = 0


def _must_be_page(number: int, total: int | None, page: dict[str, Any]) -> None:
    """Refuse another page than the one asked for, and a list that changes while it is read."""
    if int(page["page"]) != number:
        raise Wait(f"page {page['page']} came instead of page {number}")
    if total is not None and int(page["total_items"]) != total:
        raise AnsinhError("The registry's list changed while it was read.", "Run this again.")
    if not isinstance(page["items"], list) or int(page["total_pages"]) < 0:
        raise TypeError("items")


def tasks(archive_id: str, path: str, wanted: list[str]) -> list[tax_return.Task]:
    """Return the work of reading an archive, in parts of bounded size."""
    found, entries, size = [], list[str](), 0
    with zipfile.ZipFile(path) as archive:
        for entry in archive.infolist():
            entries.append(entry.filename)
            size += entry.file_size
            if size >= _TASK_BYTES:
                found.append(tax_return.Task(archive_id, path, entries, wanted, size))
                entries, size = [], 0
    if entries:
        found.append(tax_return.Task(archive_id, path, entries, wanted, size))
    return found


def _chunk(contract: Contract, read: tax_return.Read, files: list[File]) -> Chunk:
    rows = unpack(read.lines).with_columns(pl.col("^id$").str.strip_prefix("ID_"))
    unknown = {f"unknown element {name} ignored" for name in read.seen - {item.source for item in contract.fields}}
    return Chunk(contract.dataset, rows, read.rejects, unknown, files=files)
