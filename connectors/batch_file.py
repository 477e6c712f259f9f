"""A delivery on its way to the landing folder: written in a stream, hashed, and named after its hash."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self, cast

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from ansinh.errors import AnsinhError
from connectors.contract import Contract
from connectors.validation import REJECTED_SCHEMA, Checked

# Row groups have this size however the rows arrive, so that equal content gives equal bytes.
ROW_GROUP = 16_384
# Who reads a file holds a page of each column.
_PAGE_BYTES = 1 << 16
HELD_SHA256 = "ansinh.held_sha256"
"""Key of the footer under which a landing file knows the SHA-256 of its held rows; empty where none is held."""

_NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


# Arrow's own allocator keeps several times what it was ever asked for; the system's gives memory back.
pa.set_memory_pool(pa.system_memory_pool())


class _HashedFile:
    """A binary file that knows the hash and size of what went through it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("wb")
        self._hash = hashlib.sha256()
        self.bytes = 0

    def write(self, data: bytes) -> int:
        if not self._file.closed:  # the Parquet writer writes its footer even when it is abandoned
            self._hash.update(data)
            self.bytes += len(data)
            self._file.write(data)
        return len(data)

    def flush(self) -> None:
        """Do nothing: `sync` does it once."""

    def sync(self) -> str:
        """Make the content durable and return its SHA-256."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        return self._hash.hexdigest()

    @property
    def closed(self) -> bool:
        return False

    def close(self) -> None:
        self._file.close()


class _Stream:
    """One Parquet file in the making."""

    def __init__(self, path: Path, schema: dict[str, pl.DataType], dictionary: list[str]) -> None:
        self.file = _HashedFile(path)
        self.rows = 0
        # As polars hands it over, so that nothing is converted; the Parquet file itself knows no views.
        self._schema = _arrow(pl.DataFrame(schema=schema)).schema
        self._waiting: list[pa.Table] = []
        self._writer = pq.ParquetWriter(
            cast("BinaryIO", self.file), self._schema, compression="lz4",
            use_dictionary=dictionary, write_statistics=False, store_schema=False, data_page_size=_PAGE_BYTES,
        )  # fmt: skip

    def write(self, rows: pl.DataFrame) -> None:
        if not rows.height:
            return
        self._waiting.append(_arrow(rows))
        self.rows += rows.height
        waiting = sum(table.num_rows for table in self._waiting)
        while waiting >= ROW_GROUP:
            table = pa.concat_tables(self._waiting)
            self._put(table.slice(0, ROW_GROUP))
            self._waiting = [table.slice(ROW_GROUP)]
            waiting -= ROW_GROUP

    def close(self, metadata: dict[str, str] | None = None) -> str:
        table = pa.concat_tables(self._waiting) if self._waiting else pa.Table.from_batches([], self._schema)
        if table.num_rows:
            self._put(table)
        self._writer.add_key_value_metadata(metadata or {})
        self._writer.close()
        return self.file.sync()

    def abandon(self) -> None:
        """Give up what is not closed yet."""
        with suppress(OSError):
            self.file.close()
        with suppress(OSError):
            self._writer.close()

    def _put(self, table: pa.Table) -> None:
        # One chunk a column: how the rows arrived must not show in the bytes.
        self._writer.write_table(table.combine_chunks(), row_group_size=ROW_GROUP)


def _arrow(rows: pl.DataFrame) -> pa.Table:
    # Strings stay views, as polars holds them: the Parquet writer takes them, and copies their bytes only once.
    return rows.to_arrow(compat_level=pl.CompatLevel.newest())


class BatchFile:
    """The landing file of one batch and, beside it, the rows that are held back.

    The SHA-256 of the Parquet file names it; its footer carries the hash of the held rows and the contract version,
    so the name changes with either.
    """

    def __init__(self, contract: Contract, folder: Path) -> None:
        self._contract = contract
        self._folder = folder
        self._folder.mkdir(parents=True, exist_ok=True)
        self._scratch = [folder / ".accepted", folder / ".rejected"]
        low = [field.name for field in contract.fields if field.valid_values]
        schema = {"_row": pl.Int64(), **contract.polars_schema()}
        self._accepted = _Stream(self._scratch[0], schema, low)
        self._rejected = _Stream(self._scratch[1], REJECTED_SCHEMA, ["rule", "field", "reason"])
        self.sha256 = ""
        self.warnings: set[str] = set()

    def write(self, checked: Checked) -> None:
        """Append checked rows.

        Raises:
            AnsinhError: the disk is full.
        """
        try:
            self._accepted.write(checked.accepted)
            self._rejected.write(checked.rejected)
        except OSError as error:
            raise self._explained(error) from error
        self.warnings |= checked.warnings

    def commit(self) -> Path:
        """Make the files durable under their final name and return the path of the accepted rows.

        Raises:
            AnsinhError: the disk is full.
        """
        try:
            held = self._rejected.close() if self.quarantined else ""
            footer = {"ansinh.contract": f"{self._contract.name} {self._contract.version}", HELD_SHA256: held}
            self.sha256 = self._accepted.close(footer)
            path = self._folder / f"{self.sha256}.parquet"
            if self.quarantined:
                self._scratch[1].replace(held_path(path))
            self._scratch[0].replace(path)
            _sync_folder(self._folder)
        except OSError as error:
            raise self._explained(error) from error
        return path

    @property
    def accepted(self) -> int:
        """Number of rows that keep the contract."""
        return self._accepted.rows

    @property
    def quarantined(self) -> int:
        """Number of rows held back."""
        return self._rejected.rows

    @property
    def bytes(self) -> int:
        """Size of the landing file and of the held rows."""
        return self._accepted.file.bytes + (self._rejected.file.bytes if self.quarantined else 0)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for stream, path in zip((self._accepted, self._rejected), self._scratch, strict=True):
            stream.abandon()
            path.unlink(missing_ok=True)

    def _explained(self, error: OSError) -> Exception:
        if error.errno not in _NO_SPACE:
            return error
        free = shutil.disk_usage(self._folder).free // 2**20
        return AnsinhError(
            f"The disk is full while landing {self._contract.name} in {self._folder} ({free} MB free).",
            "Free some space or set ANSINH_LANDING to another disk, then run this again; nothing was left behind.",
        )


def held_path(path: Path) -> Path:
    """Return where the held rows of a landing file lie."""
    return path.with_suffix(".held.parquet")


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
