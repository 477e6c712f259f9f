"""Identifiers as the registries write them, made column-wise and unique."""

from __future__ import annotations

import numpy as np
import polars as pl

from sandbox.world.tools import Array, digits

_TAX_WEIGHTS = (31, 29, 23, 19, 17, 13, 7, 5, 3)
_LETTERS = np.array(list("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))


def scramble(numbers: Array, size: int) -> Array:
    """Return a one-to-one rearrangement of 0..size-1 (size a power of ten), so that serials do not show their order."""
    return (numbers.astype(np.int64) * 7_368_787 + 271_829) % size


def personal_numbers(province_code: Array, male: Array, birth: Array) -> Array:
    """Return the 12-digit personal numbers as integers: 3 digits province, 1 century and sex, 2 year, 6 serial."""
    year = birth.astype("datetime64[Y]").astype(np.int64) + 1970
    head = (
        province_code.astype(np.int64) * 1000 + ((year // 100 - 19) * 2 + (~male).astype(np.int64)) * 100 + year % 100
    )
    order = np.argsort(head, kind="stable")
    ordered = head[order]
    first = np.r_[True, ordered[1:] != ordered[:-1]]
    start = np.maximum.accumulate(np.where(first, np.arange(len(ordered)), 0))
    serial = np.empty(len(head), dtype=np.int64)
    serial[order] = (scramble(np.arange(len(ordered)) - start, 1_000_000) + ordered * 7_919) % 1_000_000
    return head * 1_000_000 + serial


def si_numbers(province_code: Array, numbers: Array) -> Array:
    """Return 10-digit social insurance numbers as integers: 2 digits issuing province, 8 serial."""
    return province_code.astype(np.int64) * 100_000_000 + scramble(numbers, 100_000_000)


def tax_codes(prefix: int, count: int) -> Array:
    """Return distinct 10-digit tax codes as integers; seeds of nine digits without a check digit are skipped."""
    seeds = prefix * 100_000_000 + scramble(np.arange(int(count * 1.2) + 50), 100_000_000)
    total = sum((seeds // 10 ** (8 - place) % 10) * weight for place, weight in enumerate(_TAX_WEIGHTS))
    valid = total % 11 != 0
    return np.asarray((seeds * 10 + 10 - total % 11)[valid][:count])


def unit_codes(count: int) -> pl.Series:
    """Return distinct employer unit codes: two letters, four digits, one letter."""
    serial = scramble(np.arange(count), 100_000_000)
    letters = serial // 10_000
    text = np.char.add(_LETTERS[letters % 26], _LETTERS[letters // 26 % 26])
    return pl.Series(text) + digits(serial % 10_000, 4) + pl.Series(_LETTERS[letters // 676 % 26])


def hi_card_numbers(group: pl.Series, level: Array, province_code: Array, si_number: Array, short: Array) -> pl.Series:
    """Return HI card numbers: 15 characters, or the 10 digits of the SI number where `short`."""
    frame = pl.DataFrame(
        {"g": group, "l": level, "p": digits(province_code, 2), "s": digits(si_number, 10), "short": short}
    )
    return frame.select(
        pl.when("short").then(pl.col("s")).otherwise(pl.concat_str("g", pl.col("l").cast(pl.String), "p", "s"))
    ).to_series()
