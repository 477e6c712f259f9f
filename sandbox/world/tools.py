"""Small column-wise helpers that every part of the world uses."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

Array = npt.NDArray[Any]
DATA = Path(__file__).resolve().parent.parent / "data"
NEVER = np.datetime64("NaT", "D")


def generator(seed: int, part: str) -> np.random.Generator:
    """Return the random numbers of one part, so that a change in one part leaves the others as they are."""
    return np.random.default_rng([seed, zlib.crc32(part.encode())])


def weighted(random: np.random.Generator, weights: Array, size: int) -> Array:
    """Return `size` positions drawn with the given weights."""
    total = np.cumsum(weights, dtype=np.float64)
    return np.asarray(
        np.minimum(np.searchsorted(total, random.random(size) * total[-1], side="right"), len(weights) - 1)
    )


def within(random: np.random.Generator, start: Array, count: Array) -> Array:
    """Return a random position in each range [start, start + count)."""
    return np.asarray(start + np.minimum((random.random(len(start)) * count).astype(np.int64), count - 1))


def ranges(counts: Array) -> Array:
    """Return 0..count-1 for each count, joined."""
    ends = np.cumsum(counts)
    return np.asarray(np.arange(int(ends[-1]) if len(ends) else 0) - np.repeat(ends - counts, counts))


def top(scores: Array, eligible: Array, count: int) -> Array:
    """Return a mask of the `count` eligible positions with the highest scores."""
    mask = np.zeros(len(scores), dtype=bool)
    places = np.flatnonzero(eligible)
    count = min(max(count, 0), len(places))
    if count == len(places):
        mask[places] = True
    elif count:
        mask[places[np.argpartition(-scores[places], count - 1)[:count]]] = True
    return mask


def days(start: np.datetime64 | Array, offset: Array) -> Array:
    """Return dates `offset` days after the start."""
    return np.asarray(
        np.asarray(start, dtype="datetime64[D]") + np.asarray(offset).astype(np.int64).astype("timedelta64[D]")
    )


def office_time(random: np.random.Generator, day: Array) -> Array:
    """Return a time between 07:30 and 17:30 of each day, as microseconds without a time zone."""
    seconds = random.integers(27_000, 63_000, len(day))
    return np.asarray(
        day.astype("datetime64[s]").astype("datetime64[us]") + (seconds * 1_000_000).astype("timedelta64[us]")
    )


def digits(values: Array | pl.Series, width: int) -> pl.Series:
    """Return numbers as text of a fixed width, with leading zeros."""
    return pl.Series(values).cast(pl.String).str.zfill(width)


def texts(choices: Array | list[str], positions: Array) -> pl.Series:
    """Return the text at each position; null where the position is negative."""
    series = pl.Series(choices, dtype=pl.String)
    places = pl.Series(positions)
    return series.gather(places.set(places < 0, None)) if len(positions) else pl.Series([], dtype=pl.String)


def date_text(day: Array, form: str) -> pl.Series:
    """Return dates as text: `iso` 2025-07-01, `vn` 01/07/2025, `compact` 20250701."""
    number = _compact(day)
    if form == "compact":
        return number.cast(pl.String)
    frame = pl.DataFrame({"n": number})
    year = (pl.col("n") // 10_000).cast(pl.String).str.zfill(4)
    month = (pl.col("n") // 100 % 100).cast(pl.String).str.zfill(2)
    date = (pl.col("n") % 100).cast(pl.String).str.zfill(2)
    parts = (
        pl.concat_str(year, month, date, separator="-")
        if form == "iso"
        else pl.concat_str(date, month, year, separator="/")
    )
    return frame.select(parts).to_series()


def _compact(day: Array) -> pl.Series:
    months = day.astype("datetime64[M]")
    number = months.astype(np.int64)
    date = (day - months.astype("datetime64[D]")).astype(np.int64) + 1
    return pl.Series((number // 12 + 1970) * 10_000 + (number % 12 + 1) * 100 + date)


def read_csv(name: str, **types: Any) -> pl.DataFrame:
    """Return a data file; columns named in `types` take that type, so that codes stay text."""
    return pl.read_csv(DATA / name, schema_overrides=types)


def joined(*columns: pl.Series, separator: str = "|") -> pl.Series:
    """Return the columns as one text."""
    return pl.select(pl.concat_str([column.cast(pl.String) for column in columns], separator=separator)).to_series()


def optional_digits(values: Array, width: int) -> pl.Series:
    """Return numbers as text of a fixed width; null where negative."""
    text = digits(values, width).to_frame("n")
    return text.select(pl.when(pl.Series(values >= 0)).then("n")).to_series()


def numbered(frames: list[pl.DataFrame], key: str) -> pl.DataFrame:
    """Return rows in the order of recording, with their position in a change feed from 1."""
    return pl.concat(frames).sort("updated_at", key, maintain_order=True).with_row_index("change_seq", offset=1)
