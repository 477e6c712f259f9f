"""Population: a REST change feed by sequence number; the first load is a gzip NDJSON file of everything before.

GET /v1/{dataset}/changes?after=&until=&limit=    GET /v1/{dataset}/bulk?until=
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

import polars as pl
from isal import isal_zlib

from ansinh.errors import AnsinhError
from connectors.contract import Contract
from connectors.http import HttpClient, Params
from connectors.retry import Wait
from connectors.settings import RegistrySettings
from connectors.source import Chunk, Reject, Source, Window
from connectors.tables import text_frame

_PAGE_ROWS = 10_000
# Text that is parsed at once: smaller blocks take longer, larger ones more memory.
_BLOCK_BYTES = 8 * 2**20


class Registry(Source):
    """The national population database."""

    def __init__(self, settings: RegistrySettings) -> None:
        super().__init__(settings)
        self._http = HttpClient(settings)

    def close(self) -> None:
        """Give back the connections."""
        self._http.close()

    def extract(self, contracts: list[Contract], window: Window) -> Iterator[Chunk]:
        """Yield the changes of the window: from the feed's position, or all of them on a first load."""
        for contract in contracts:
            pull = self._bulk if window.position is None else self._changes
            yield from pull(contract, window)

    def _changes(self, contract: Contract, window: Window) -> Iterator[Chunk]:
        path, after, more = f"/v1/{contract.dataset}/changes", int(window.position or 0), True
        limit = self.settings.page_size or _PAGE_ROWS
        while more:
            params: Params = {"after": after, "until": window.until.isoformat(), "limit": limit}
            page = self._http.get_json(path, params, partial(_must_move_on, contract.cursor_field, after))
            after, more = page["next_after"], page["has_more"]
            yield Chunk(contract.dataset, text_frame(page["items"], _names(contract)), position=str(after))

    def _bulk(self, contract: Contract, window: Window) -> Iterator[Chunk]:
        path, headers = f"/v1/{contract.dataset}/bulk", dict[str, str]()
        for block in self._blocks(path, {"until": window.until.isoformat()}, headers):
            yield _parse_block(contract, block, headers.get("x-last-change-seq"))

    def _blocks(self, path: str, params: Params, headers: dict[str, str]) -> Iterator[bytes]:
        """Yield the text of a gzip NDJSON file in blocks of whole lines."""
        unpack, pieces, size = isal_zlib.decompressobj(wbits=isal_zlib.MAX_WBITS | 16), list[bytes](), 0
        try:
            for data in self._http.stream(path, params, headers, lambda: unpack.eof):
                piece = unpack.decompress(data)
                size += len(piece)
                if size >= _BLOCK_BYTES and (end := piece.rfind(b"\n") + 1):
                    yield b"".join([*pieces, piece[:end]])
                    pieces, piece = [], piece[end:]
                    size = len(piece)
                pieces.append(piece)
        except isal_zlib.error as error:  # type: ignore[misc]  # to its stub it is no class
            raise AnsinhError(
                f"Registry {self.settings.name}: {path} is damaged: {error}.", "Run this again."
            ) from error
        yield b"".join(pieces)


def _must_move_on(cursor: str, after: int, page: dict[str, Any]) -> None:
    """Refuse a page that does not lie behind the position that was asked for."""
    lowest = min((int(item[cursor]) for item in page["items"]), default=after + 1)
    if lowest <= after or (int(page["next_after"]) <= after and (page["items"] or page["has_more"])):
        raise Wait(f"the page after {after} is a repeated one")


def _parse_block(contract: Contract, block: bytes, position: str | None) -> Chunk:
    """Return the rows of an NDJSON block as text; lines that are not JSON objects are held."""
    first = block[: block.find(b"\n")] if b"\n" in block else block
    try:
        known = json.loads(first) if first else {}
        names = dict.fromkeys([*known, *_names(contract)], pl.String())
        rows = pl.read_ndjson(block, schema=names) if block else pl.DataFrame(schema=names)
        absent = [name for name in names if block and name not in known and rows[name].null_count() == rows.height]
        return Chunk(contract.dataset, rows.drop(absent), position=position)
    except (ValueError, TypeError, pl.exceptions.ComputeError):
        return _parse_lines(contract, block, position)


def _parse_lines(contract: Contract, block: bytes, position: str | None) -> Chunk:
    """Read a block with broken lines one by one."""
    items, rejects = [], []
    for line in block.splitlines():
        try:
            item = json.loads(line)
            if not isinstance(item, dict):
                raise ValueError("not an object")
            items.append(item)
        except ValueError as error:
            payload = {"line": line.decode(errors="replace")}
            rejects.append(Reject("readable", None, f"the line is not a JSON object: {error}", payload))
    return Chunk(contract.dataset, text_frame(items, _names(contract)), rejects, position=position)


def _names(contract: Contract) -> list[str]:
    return [field.source for field in contract.fields]
