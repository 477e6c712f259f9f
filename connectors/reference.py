"""Reference: external statistics as CSV files with a header, one per data set; `updated_at` decides the month."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator

import polars as pl

from ansinh.errors import AnsinhError
from connectors.contract import Contract
from connectors.folder import Folder
from connectors.source import Chunk, File, Source, Window


class Registry(Source):
    """A folder of published figures with their sources."""

    def extract(self, contracts: list[Contract], window: Window) -> Iterator[Chunk]:
        """Yield the figures published in the window."""
        for contract in contracts:
            name = f"{contract.dataset}.csv"
            data = Folder(self.settings).read(name)
            try:
                rows = pl.read_csv(io.BytesIO(data), infer_schema=False, encoding="utf8")
            except pl.exceptions.NoDataError:
                rows = pl.DataFrame()
            except pl.exceptions.PolarsError as error:
                message = str(error).splitlines()[0]
                raise AnsinhError(
                    f"reference.{contract.dataset}: {name} is not CSV in UTF-8: {message}.", "Save it as CSV, UTF-8."
                ) from error
            if contract.cursor_field in rows.columns:
                rows = rows.filter(_inside(contract.cursor_field, window))
            yield Chunk(contract.dataset, rows, files=[File(name, hashlib.sha256(data).hexdigest(), len(data))])


def _inside(column: str, window: Window) -> pl.Expr:
    """Rows of the window; those whose time cannot be read come along, to be held and seen."""
    text = pl.col(column).str.replace(" ", "T", literal=True)
    moment = pl.coalesce(
        text.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", strict=False, time_unit="us"),
        text.str.to_date("%Y-%m-%d", strict=False).cast(pl.Datetime("us")),
    )
    inside = moment < window.until
    if window.since is not None:
        inside &= moment >= window.since
    return inside.fill_null(True)
