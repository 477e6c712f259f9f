"""Errors as the field makes them, applied to the registries' copies and written to a log."""

from __future__ import annotations

import numpy as np
import polars as pl

from sandbox.settings import ErrorRates
from sandbox.world.tools import Array, date_text, digits

# Two ways to place the tone mark; the first is the old, the second the new school.
_TONES_FROM = ["oà", "oá", "oả", "oã", "oạ", "uỳ", "uý", "uỷ", "uỹ", "uỵ"]
_TONES_TO = ["òa", "óa", "ỏa", "õa", "ọa", "ùy", "úy", "ủy", "ũy", "ụy"]
_SLIPS_FROM = ["Nguyễn", "Thị", "ương", "Quỳnh", "anh", "inh", "ăn", "ùng", "iên", "ảo", "à", "ê", "o"]
_SLIPS_TO = ["Nguyển", "Thi", "uơng", "Quỳng", "ahn", "in", "ăng", "ùn", "iêng", "ão", "á", "e", "ô"]


class ErrorLog:
    """What was changed in which record; only evaluation reads it."""

    def __init__(self) -> None:
        self.parts: list[pl.DataFrame] = []

    def add(self, registry: str, dataset: str, keys: pl.Series, kind: str) -> None:
        """Record that the records with these keys carry an error of a kind."""
        if len(keys):
            self.parts.append(
                pl.DataFrame({"record_key": keys.cast(pl.String)}).select(
                    pl.lit(registry).alias("registry"),
                    pl.lit(dataset).alias("dataset"),
                    "record_key",
                    pl.lit(kind).alias("kind"),
                )
            )

    def frame(self) -> pl.DataFrame:
        """Return all errors."""
        empty = pl.DataFrame(schema=dict.fromkeys(("registry", "dataset", "record_key", "kind"), pl.String))
        return pl.concat([empty, *self.parts])


class Mistakes:
    """The mistakes of one data set: each method returns a changed copy of a column and logs the changed records."""

    def __init__(
        self,
        random: np.random.Generator,
        rates: ErrorRates,
        log: ErrorLog,
        registry: str,
        dataset: str,
        keys: pl.Series,
    ) -> None:
        self.random, self.rates, self.log = random, rates, log
        self.registry, self.dataset, self.keys = registry, dataset, keys

    def pick(self, kind: str, among: Array | None = None) -> Array:
        """Return a mask of the records that get this error, and log them."""
        mask = self.random.random(len(self.keys)) < self.rates.get(self.registry, kind)
        if among is not None:
            mask &= among
        self.log.add(self.registry, self.dataset, self.keys.filter(pl.Series(mask)), kind)
        return mask

    def names(self, names: pl.Series) -> pl.Series:
        """Write names without diacritics, misspelt, in another order, in upper case, or with the tone mark moved."""
        edits = (
            ("tone_mark_moved", move_tones),
            ("name_misspelt", _misspell),
            ("name_reordered", _reorder),
            ("name_without_diacritics", strip_diacritics),
            ("name_upper_case", _upper),
        )
        for kind, edit in edits:
            if self.rates.get(self.registry, kind) == 0:
                continue
            place = np.flatnonzero(self.random.random(len(self.keys)) < self.rates.get(self.registry, kind))
            before = names.gather(place)
            after = edit(before)
            self.log.add(self.registry, self.dataset, self.keys.gather(place).filter(after != before), kind)
            names = names.scatter(place, after)
        return names

    def numbers(self, number: Array, old_card: Array) -> tuple[pl.Series, Array]:
        """Write 12-digit numbers with the usual losses; also return which are wrong for matching, not only in form."""
        text = digits(number, 12)
        missing = self.pick("personal_number_missing")
        mistyped = self.pick("personal_number_mistyped", ~missing)
        card = self.pick("old_card_as_number", ~missing & ~mistyped & (old_card >= 0))
        lost = self.pick("leading_zero_lost", ~missing & ~mistyped & ~card)
        place = self.random.integers(4, 12, int(mistyped.sum()))
        step = self.random.integers(1, 10, int(mistyped.sum()))
        wrong, unit = number[mistyped], 10 ** (11 - place)
        digit = wrong // unit % 10
        wrong = wrong + ((digit + step) % 10 - digit) * unit
        for mask, values in (
            (mistyped, digits(wrong, 12)),
            (card, digits(old_card[card], 9)),
            (lost, pl.Series(number[lost]).cast(pl.String)),
        ):
            text = text.scatter(np.flatnonzero(mask), values)
        empty = pl.Series(missing)
        return text.to_frame("t").select(pl.when(~empty).then("t")).to_series(), missing | mistyped | card

    def birth_dates(self, birth: Array, form: str) -> tuple[pl.Series, Array]:
        """Write birth dates, some as the year alone, some with day and month swapped; also return the first mask."""
        swapped = self.pick("birth_day_month_swapped", swap_day_month(birth) != birth)
        year_only = self.pick("birth_year_only", ~swapped & (birth < np.datetime64("1995-01-01")))
        written = np.where(swapped, swap_day_month(birth), birth)
        text = date_text(written, form)
        year = text.str.slice(6) if form == "vn" else text.str.slice(0, 4)
        if form == "compact":
            year = year + "0000"
        return text.scatter(np.flatnonzero(year_only), year.filter(pl.Series(year_only))), year_only

    def sex(self, male: Array, codes: tuple[int | str, int | str, int | str]) -> pl.Series:
        """Write the sex with the registry's codes for male, female and unknown."""
        wrong = self.pick("sex_wrong")
        unknown = self.pick("sex_unknown", ~wrong)
        place = np.where(unknown, 2, np.where(male ^ wrong, 0, 1))
        return pl.Series(list(codes)).gather(place) if len(place) else pl.Series([], dtype=pl.Series([codes[0]]).dtype)


def strip_diacritics(names: pl.Series) -> pl.Series:
    """Return names without tone marks and with d for đ."""
    return (
        names.str.normalize("NFD")
        .str.replace_all(r"\p{M}", "")
        .str.replace_all("đ", "d", literal=True)
        .str.replace_all("Đ", "D", literal=True)
    )


def move_tones(names: pl.Series) -> pl.Series:
    """Return names with the tone mark placed by the other school."""
    return names.to_frame("n").select(pl.col("n").str.replace_many(_TONES_FROM, _TONES_TO)).to_series()


def swap_day_month(birth: Array) -> Array:
    """Return dates with day and month exchanged; the day must be at most 12."""
    months = birth.astype("datetime64[M]")
    month, year = months.astype(np.int64) % 12, birth.astype("datetime64[Y]")
    day = np.minimum(_day(birth), 12)
    swapped = (year.astype("datetime64[M]") + (day - 1)).astype("datetime64[D]") + month
    return np.where(_day(birth) <= 12, swapped, birth)


def _day(date: Array) -> Array:
    return np.asarray((date - date.astype("datetime64[M]").astype("datetime64[D]")).astype(np.int64) + 1)


def _misspell(names: pl.Series) -> pl.Series:
    return (
        names.to_frame("n")
        .select(
            pl.coalesce(
                [
                    pl.when(pl.col("n").str.contains(bad, literal=True)).then(
                        pl.col("n").str.replace(bad, good, literal=True)
                    )
                    for bad, good in zip(_SLIPS_FROM, _SLIPS_TO, strict=True)
                ]
                + [pl.col("n") + "h"]
            )
        )
        .to_series()
    )


def _reorder(names: pl.Series) -> pl.Series:
    return names.str.replace(r"^(\S+) (.*) (\S+)$", "$3 $1 $2")


def _upper(names: pl.Series) -> pl.Series:
    return names.str.to_uppercase()
