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
from typing import IO, Any

import polars as pl
from lxml import etree

from ansinh.errors import AnsinhError
from connectors.contract import Contract
from connectors.http import HttpClient, Params
from connectors.retry import Wait
from connectors.settings import RegistrySettings
from connectors.source import CHUNK_ROWS, Chunk, File, Reject, Source, Window
from connectors.tables import text_frame
from connectors.tax_return import ReturnReader
from connectors.xml import UnsafeXML, reason

_log = logging.getLogger(__name__)

_PAGE_ROWS = 5_000
# A return larger than this is no return: the largest employers stay below a tenth of it.
_MAX_RETURN_BYTES = 2**30
_KEPT_BYTES = 100_000


class Registry(Source):
    """The tax authority."""

    def __init__(self, settings: RegistrySettings) -> None:
        super().__init__(settings)
        self._http = HttpClient(settings)

    def close(self) -> None:
        """Give back the connections."""
        self._http.close()

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
        for number, archive in enumerate(archives, 1):
            path = f"/v1/returns/{archive['archive_id']}.zip"
            with self._http.download(path, archive["sha256"]) as file:
                size = file.seek(0, 2)
                yield from _read_archive(contract, archive["archive_id"], file)
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


def _read_archive(contract: Contract, archive_id: str, file: IO[bytes]) -> Iterator[Chunk]:
    reader = ReturnReader([field.source for field in contract.fields])
    rejects: list[Reject] = []
    try:
        with zipfile.ZipFile(file) as archive:
            for entry in archive.infolist():
                rows = len(reader)
                try:
                    if entry.file_size > _MAX_RETURN_BYTES:
                        raise UnsafeXML(f"it has {entry.file_size} bytes")
                    with archive.open(entry) as document:
                        for _ in reader.read(document):
                            if len(reader) >= CHUNK_ROWS:
                                yield _chunk(contract, reader, rejects)
                                rows, rejects = 0, []
                except (etree.XMLSyntaxError, UnsafeXML) as error:
                    # Lines read before the fault are held with the rest of their return, which is kept as a whole.
                    reader.forget_from(rows)
                    rejects.append(_unreadable(archive, entry, archive_id, error))
    except zipfile.BadZipFile as error:
        raise AnsinhError(f"Archive {archive_id} is damaged: {error}.", "Ask the registry to send it again.") from error
    yield _chunk(contract, reader, rejects)


def _chunk(contract: Contract, reader: ReturnReader, rejects: list[Reject]) -> Chunk:
    columns, unknown = reader.take()
    rows = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String()))
    return Chunk(contract.dataset, rows, rejects, {f"unknown element {name} ignored" for name in unknown})


def _unreadable(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, archive_id: str, error: Exception) -> Reject:
    with archive.open(entry) as document:
        content = document.read(_KEPT_BYTES).decode(errors="replace").replace("\0", "")
    payload = {"archive": archive_id, "file": entry.filename, "bytes": entry.file_size, "content": content}
    return Reject("readable", None, f"{entry.filename} in {archive_id} cannot be read: {reason(error)}", payload)
