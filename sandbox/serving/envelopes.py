"""Claim envelopes: GIAMDINHHS files of some hundred claims of one facility and day, with base64 parts, gzipped.

`<YYYY-MM>/<MACSKCB>_<yyyymmdd>_<n>.xml.gz`; the month is the one in which the envelope was prepared. The tables say
which envelope carries a claim (`submitted_file`).
"""

from __future__ import annotations

import datetime as dt
import gzip
import logging
import os
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import polars as pl

from sandbox.serving.claim_xml import LAYOUTS, SENSITIVE_TABLES, as_text, contracts, record
from sandbox.serving.tables import table_path
from sandbox.serving.xml import elements, escape, join_by

_log = logging.getLogger(__name__)

_CLAIMS_PER_CHUNK = 5_000
_ENVELOPES_WAITING = 20
# One sending of a claim; the tables of the sending share it.
_SENDING = ("claim_id", "submitted_file")
_ENVELOPE = ("submitted_file", "submitted_date", "facility_code")
# Every fifth facility moved to the fields of Decision 4750 late.
_LATE_EVERY, _LATE_UNTIL = 5, dt.date(2025, 4, 1)


def render(directory: Path, folder: Path) -> None:
    """Write every envelope of the health registry."""
    tables = {
        table: pl.scan_parquet(table_path(directory, "health", contract.dataset))
        for table, contract in contracts().items()
    }
    sensitive = pl.read_parquet(directory / "tables" / "_health_sensitive.parquet").select("claim_id").unique()
    months = tables["XML1"].select(_month().unique().sort()).collect().to_series()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for month in months:
            (folder / f"{month:%Y-%m}").mkdir()
            claims = _render_month(folder, tables, sensitive, month, pool)
            _log.info("Health: %d claims sent in %s.", claims, f"{month:%Y-%m}")


def _render_month(
    folder: Path, tables: dict[str, pl.LazyFrame], sensitive: pl.DataFrame, month: dt.date, pool: ThreadPoolExecutor
) -> int:
    found = {name: table.filter(_month() == month).collect() for name, table in tables.items()}
    claims = _chunked(found.pop("XML1"))
    sendings = claims.select(*_SENDING, "row", "chunk")
    parts = {name: rows.join(sendings, on=_SENDING, maintain_order="left") for name, rows in found.items()}
    listed = claims.join(sensitive, on="claim_id", how="semi")
    parts |= dict.fromkeys(SENSITIVE_TABLES, listed)
    by_chunk = {name: rows.partition_by("chunk", as_dict=True) for name, rows in parts.items()}
    writing: deque[Future[None]] = deque()
    for key, chunk in claims.partition_by("chunk", as_dict=True, maintain_order=True).items():
        others = {name: chunks[key] for name, chunks in by_chunk.items() if key in chunks}
        for path, text in _envelopes(chunk, others).iter_rows():
            writing.append(pool.submit(_write, folder / path, text))
        while len(writing) > _ENVELOPES_WAITING:
            writing.popleft().result()
    for write in writing:
        write.result()
    return len(claims)


def _month() -> pl.Expr:
    return pl.col("submitted_date").dt.truncate("1mo")


def _chunked(claims: pl.DataFrame) -> pl.DataFrame:
    """Number the claims, and cut the month into chunks of whole envelopes of one layout."""
    late = pl.col("facility_code").cast(pl.Int64) % _LATE_EVERY == 0
    claims = (
        claims.with_columns(before_4750=late & (pl.col("submitted_date") < _LATE_UNTIL))
        .sort("before_4750", "submitted_file", maintain_order=True)
        .with_row_index("row")
    )
    start = pl.when(pl.col("submitted_file").is_first_distinct()).then("row").forward_fill()
    return claims.with_columns(chunk=pl.struct("before_4750", start // _CLAIMS_PER_CHUNK).rank("dense"))


def _envelopes(claims: pl.DataFrame, parts: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Return path and text of each envelope of a chunk; `parts` holds the other tables' rows by table."""
    before_4750 = claims["before_4750"][0]
    texts = _text(claims, "XML1")
    claims = claims.with_columns(texts.select(_part("XML1", record("XML1", before_4750=before_4750))))
    names = sorted(parts, key=lambda name: int(name.removeprefix("XML")))
    for name in names:
        records = _text(parts[name], name).select("row", text=record(name, before_4750=before_4750))
        if LAYOUTS[name].record:
            records = join_by(records, ["row"], "text")
        parted = records.select("row", _part(name, pl.col("text")))
        claims = claims.join(parted, on="row", how="left", maintain_order="left")
    files = [pl.col(name).fill_null("") for name in ["XML1", *names]]
    dossier = pl.concat_str(pl.lit("<HOSO>"), *files, pl.lit("</HOSO>"))
    envelopes = claims.group_by(_ENVELOPE, maintain_order=True).agg(dossiers=dossier.str.join(""), claims=pl.len())
    day = pl.col("submitted_date").dt.strftime("%Y%m%d")
    return envelopes.select(
        pl.format("{}/{}", _month().dt.strftime("%Y-%m"), "submitted_file"),
        pl.concat_str(
            pl.lit('<?xml version="1.0" encoding="utf-8"?><GIAMDINHHS><THONGTINDONVI>'),
            elements({"MACSKCB": pl.col("facility_code")}),
            pl.lit("</THONGTINDONVI><THONGTINHOSO>"),
            elements({"NGAYLAP": day, "SOLUONGHOSO": pl.col("claims").cast(pl.String)}),
            pl.lit("<DANHSACHHOSO>"), "dossiers",
            pl.lit("</DANHSACHHOSO></THONGTINHOSO><CHUKYDONVI/></GIAMDINHHS>"),
        ),
    )  # fmt: skip


def _text(rows: pl.DataFrame, name: str) -> pl.DataFrame:
    """Return a table's rows as escaped text; XML6 and XML15 take what they tell from the claim."""
    contract = contracts()["XML1" if name in SENSITIVE_TABLES else name]
    return escape(rows.select("row", *map(as_text, contract.fields)))


def _part(name: str, records: pl.Expr) -> pl.Expr:
    layout = LAYOUTS[name]
    content = pl.concat_str(pl.lit(layout.head), records, pl.lit(layout.tail))
    encoded = content.cast(pl.Binary).bin.encode("base64")
    head = pl.lit(f"<FILEHOSO><LOAIHOSO>{name}</LOAIHOSO><NOIDUNGFILE>")
    return pl.concat_str(head, encoded, pl.lit("</NOIDUNGFILE></FILEHOSO>")).alias(name)


def _write(path: Path, text: str) -> None:
    path.write_bytes(gzip.compress(text.encode(), compresslevel=1, mtime=0))
