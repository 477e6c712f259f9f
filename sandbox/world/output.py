"""Parquet files of the world: the registries' tables by contract, and the ground truth."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from connectors.contract import Contract, load_contract
from sandbox.world.tools import Array

_RECORD = pa.schema(
    [("registry", pa.string()), ("dataset", pa.string()), ("record_key", pa.string()), ("person_id", pa.int64())]
)


class _Sheet:
    """One Parquet file that grows by chunks."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self.schema, self.rows = schema, 0
        self._writer = pq.ParquetWriter(path, schema, compression="zstd", compression_level=1)

    def add(self, frame: pl.DataFrame) -> None:
        if frame.height:
            table = frame.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(self.schema)
            self._writer.write_table(table, row_group_size=1 << 19)
            self.rows += frame.height

    def close(self) -> None:
        self._writer.close()


class Tables:
    """Writes the registries' tables and who each record is about."""

    def __init__(self, directory: Path, end: np.datetime64) -> None:
        self.directory = directory
        self.end = end.astype("datetime64[us]").item()
        self._sheets: dict[str, _Sheet] = {}
        self._contracts: dict[str, Contract] = {}
        for folder in ("tables", "truth"):
            (directory / folder).mkdir(parents=True, exist_ok=True)
        self._records = _Sheet(directory / "truth" / "record.parquet", _RECORD)

    def write(
        self, registry: str, dataset: str, frame: pl.DataFrame, person: str | None = None, key: tuple[str, ...] = ()
    ) -> pl.DataFrame:
        """Append rows; those recorded after the window are left out. Returns the rows written.

        Args:
            frame: the contract's columns, and others that are dropped.
            person: column with the person's position; the truth keeps whose record it is. Negative: nobody's.
            key: columns that name the record in the truth; default the contract's primary key.
        """
        name = f"{registry}_{dataset}"
        if name not in self._sheets:
            contract = load_contract(registry, dataset)
            self._contracts[name] = contract
            self._sheets[name] = _Sheet(self.directory / "tables" / f"{name}.parquet", contract.arrow_schema())
        contract = self._contracts[name]
        moment = (
            "submitted_date" if registry == "health" else ("filed_at" if name == "tax_wage_income" else "updated_at")
        )
        limit = self.end.date() if registry == "health" else self.end
        frame = frame.filter(pl.col(moment) < limit)
        schema = contract.polars_schema()
        self._sheets[name].add(frame.select(pl.col(column).cast(kind) for column, kind in schema.items()))
        if person and frame.height:
            names = key or contract.primary_key
            self.record(
                registry,
                dataset,
                frame.select(
                    pl.concat_str([pl.col(k).cast(pl.String) for k in names], separator="|").alias("record_key"),
                    pl.col(person).alias("person"),
                ).unique(maintain_order=True),
            )
        return frame

    def record(self, registry: str, dataset: str, frame: pl.DataFrame) -> None:
        """Write whose the records are: columns record_key and person (a position)."""
        self._records.add(
            frame.filter(pl.col("person") >= 0).select(
                pl.lit(registry).alias("registry"),
                pl.lit(dataset).alias("dataset"),
                "record_key",
                (pl.col("person").cast(pl.Int64) + 1).alias("person_id"),
            )
        )

    def rows(self) -> dict[str, int]:
        """Return the number of rows of each table."""
        return {name: sheet.rows for name, sheet in sorted(self._sheets.items())}

    def close(self) -> None:
        """Finish all files."""
        for sheet in (*self._sheets.values(), self._records):
            sheet.close()


def person_ids(person: Array) -> Array:
    """Return the identifier of persons in the truth: their position, from 1."""
    return person.astype(np.int64) + 1
