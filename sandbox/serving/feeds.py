"""Change feeds rendered once as NDJSON: a page is a slice of a file, a bulk file a run of ready gzip blocks.

Each feed is three files: `<dataset>.ndjson` holds the lines in the order of the feed, `<dataset>.deflate` the same
lines compressed in independent blocks, `<dataset>.npz` where lines and blocks begin.
"""

from __future__ import annotations

import datetime as dt
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

_BLOCK_ROWS = 20_000
_CHUNK_BYTES = 1 << 20
_GZIP_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"

Integers = npt.NDArray[np.int64]


def write_feed(table: Path, folder: Path, name: str, order: list[str]) -> None:
    """Render a table; `order` names the columns that order the feed, the first is its cursor.

    Dates become ISO 8601 text, as in the registries' answers.
    """
    frame = pl.scan_parquet(table).sort(order).collect()
    cursor = frame[order[0]]
    position = cursor.to_numpy() if cursor.dtype.is_integer() else np.arange(1, len(frame) + 1)
    recorded = frame["updated_at"].dt.cast_time_unit("us").to_numpy().astype("datetime64[us]").astype(np.int64)
    rows = frame.with_columns(pl.col(pl.Datetime).dt.strftime("%Y-%m-%dT%H:%M:%S"))
    line_ends, block_ends, checksums = [np.zeros(1, np.int64)], [0], [0]
    written = 0
    with (folder / f"{name}.ndjson").open("wb") as plain, (folder / f"{name}.deflate").open("wb") as packed:
        for block in rows.iter_slices(_BLOCK_ROWS):
            text = block.write_ndjson().encode()
            line_ends.append(np.flatnonzero(np.frombuffer(text, np.uint8) == 10) + written + 1)
            written += plain.write(text)
            block_ends.append(block_ends[-1] + packed.write(_deflate(text, last=False)))
            checksums.append(zlib.crc32(text, checksums[-1]))
    np.savez(
        folder / f"{name}.npz",
        position=position.astype(np.int64),
        recorded=np.maximum.accumulate(recorded),
        lines=np.concatenate(line_ends),
        blocks=np.asarray(block_ends, np.int64),
        checksums=np.asarray(checksums, np.int64),
    )


class Feed:
    """A rendered change feed."""

    def __init__(self, folder: Path, name: str) -> None:
        index = np.load(folder / f"{name}.npz")
        self._position: Integers = index["position"]
        self._recorded: Integers = index["recorded"]
        self._lines: Integers = index["lines"]
        self._blocks: Integers = index["blocks"]
        self._checksums: Integers = index["checksums"]
        self._plain = _mapped(folder / f"{name}.ndjson")
        self._packed = _mapped(folder / f"{name}.deflate")

    def after(self, position: int) -> int:
        """Return the row that follows a cursor position."""
        return int(np.searchsorted(self._position, position, side="right"))

    def before(self, moment: dt.datetime | None) -> int:
        """Return how many rows were recorded before a moment; without one, all rows."""
        if moment is None:
            return len(self._position)
        return int(np.searchsorted(self._recorded, np.datetime64(moment, "us").astype(np.int64), side="left"))

    def position(self, row: int) -> int:
        """Return the cursor position of a row."""
        return int(self._position[row])

    def items(self, start: int, stop: int) -> bytes:
        """Return rows as a JSON array."""
        return b"[" + self._text(start, max(start, stop)).replace(b"\n", b",").rstrip(b",") + b"]"

    def gzip(self, rows: int) -> Iterator[bytes]:
        """Yield the first `rows` rows as one gzip member of NDJSON: ready blocks, then the rest."""
        block = min(rows // _BLOCK_ROWS, len(self._blocks) - 1)
        ready = int(self._blocks[block])
        yield _GZIP_HEADER
        for start in range(0, ready, _CHUNK_BYTES):
            yield self._packed[start : min(start + _CHUNK_BYTES, ready)].tobytes()
        rest = self._text(min(block * _BLOCK_ROWS, rows), rows)
        yield _deflate(rest, last=True)
        checksum = zlib.crc32(rest, int(self._checksums[block]))
        yield struct.pack("<II", checksum, int(self._lines[rows]) & 0xFFFFFFFF)

    def _text(self, start: int, stop: int) -> bytes:
        return self._plain[int(self._lines[start]) : int(self._lines[stop])].tobytes()


def _deflate(text: bytes, *, last: bool) -> bytes:
    # A full flush ends a block on a byte and forgets what came before, so blocks can be joined freely.
    packer = zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(text) + packer.flush(zlib.Z_FINISH if last else zlib.Z_FULL_FLUSH)


def _mapped(path: Path) -> npt.NDArray[np.uint8]:
    # An empty file cannot be mapped.
    return np.memmap(path, np.uint8, "r") if path.stat().st_size else np.empty(0, np.uint8)
