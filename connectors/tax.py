"""Tax: the list of payers as REST pages, and yearly returns 05/QTT-TNCN as XML in ZIP archives over HTTP.

GET /v1/payers?updated_from=&updated_to=&page=&size=
GET /v1/returns?filed_from=&filed_to=&page=&size=    GET /v1/returns/{archive_id}.zip
"""

from __future__ import annotations

import hashlib
import logging
import zipfile
from collections.abc import Iterator
from functools import partial
from typing import Any

import polars as pl

from ansinh.errors import AnsinhError
from connectors import tax_return
from connectors.contract import Contract
from connectors.http import HttpClient, Params
from connectors.pool import Pool
from connectors.retry import Wait
from connectors.settings import RegistrySettings
from connectors.source import Chunk, File, Source, Window
from connectors.tables import text_frame

_log = logging.getLogger(__name__)

_PAGE_ROWS = 5_000
# Text of returns in one task: some thousand lines.
_TASK_BYTES = 4 * 2**20


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
            yield Chunk(contract.dataset, text_frame(items, [field.source for field in contract.fields]))

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
        wanted = [field.source for field in contract.fields]
        for number, archive in enumerate(archives, 1):
            archive_id = archive["archive_id"]
            path = f"/v1/returns/{archive_id}.zip"
            with self._http.download(path, archive["sha256"]) as file:
                size = file.seek(0, 2)
                try:
                    for read in self._pool.map(tax_return.read, tasks(archive_id, file.name, wanted)):
                        yield _chunk(contract, wanted, read)
                except zipfile.BadZipFile as error:
                    message = f"Archive {archive_id} is damaged: {error}."
                    raise AnsinhError(message, "Ask the registry to send it again.") from error
            _log.info("tax %s: archive %d of %d read", window.period, number, len(archives))
            yield Chunk(contract.dataset, pl.DataFrame(), files=[File(path, archive["sha256"], size)])


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
    found = []
    with zipfile.ZipFile(path) as archive:
        entries: list[str] = []
        waiting = 0
        for entry in archive.infolist():
            entries.append(entry.filename)
            waiting += entry.file_size
            if waiting >= _TASK_BYTES:
                found.append(tax_return.Task(archive_id, path, entries, wanted))
                entries, waiting = [], 0
        if entries:
            found.append(tax_return.Task(archive_id, path, entries, wanted))
    return found


def _chunk(contract: Contract, wanted: list[str], read: tax_return.Read) -> Chunk:
    columns = zip(*read.rows, strict=True) if read.rows else ((),) * len(wanted)
    values = {name: list(column) for name, column in zip(wanted, columns, strict=True)}
    rows = pl.DataFrame(values, schema=dict.fromkeys(wanted, pl.String()))
    unknown = {f"unknown element {name} ignored" for name in read.seen - set(wanted)}
    return Chunk(contract.dataset, rows, read.rejects, unknown)
