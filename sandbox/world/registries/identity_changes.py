"""Identity changes: corrections, cancelled second numbers, tax codes and old cards replaced by the personal number."""

from __future__ import annotations

import numpy as np
import polars as pl

from sandbox.world.calendar import MERGER
from sandbox.world.country import Country
from sandbox.world.tools import Array, days, digits, numbered, office_time


def identity_changes(
    country: Country,
    random: np.random.Generator,
    state: pl.DataFrame,
    corrections: pl.DataFrame,
    twice: Array,
    second: Array,
) -> pl.DataFrame:
    """Return the data set, numbered in the order of recording.

    Args:
        state: first states of all persons, by position.
        corrections: later states with the right name and birth date.
        twice: persons who got a second personal number.
        second: these numbers.
    """
    people, window = country.people, country.window
    cancelled = days(window.start, random.integers(0, window.days, len(twice)))
    alive = ~(country.death_registered < MERGER)
    coded = np.flatnonzero((country.tax_code >= 0) & alive & (random.random(people.size) < 0.97))
    changed = days(MERGER, random.integers(0, 30, len(coded)))
    # New cards in place of 9-digit ones: most were replaced before the window, some within it.
    held = np.flatnonzero(people.old_card >= 0)
    replaced = days(window.end, -random.integers(1, 2200, len(held)))
    held, replaced = held[~(people.death[held] <= replaced)], replaced[~(people.death[held] <= replaced)]
    code, card = digits(country.tax_code[coded], 10), digits(people.old_card[held], 9)
    parts = [_corrected(state, corrections, field) for field in ("full_name", "birth_date")]
    for person, kind, old, day, effective, reason in (
        (twice, "personal_number", digits(second, 12), cancelled, cancelled, "Huỷ số định danh cấp trùng"),
        (coded, "tax_code", code, changed, np.full(len(coded), MERGER), "Mã số thuế thay bằng số định danh cá nhân"),
        (held, "old_id_number", card, replaced, replaced, "Cấp thẻ căn cước"),
    ):
        number = digits(people.number[person], 12)
        parts.append(
            pl.DataFrame(
                {
                    "person": person,
                    "personal_number": number,
                    "identifier_type": pl.repeat(kind, len(person), eager=True),
                    "old_value": old,
                    "new_value": number,
                    "reason": pl.repeat(reason, len(person), eager=True),
                    "effective_date": effective,
                    "updated_at": office_time(random, day),
                }
            )
        )
    return numbered(parts, "personal_number")


def _corrected(state: pl.DataFrame, corrections: pl.DataFrame, field: str) -> pl.DataFrame:
    old = state[corrections["person"].to_numpy()][field]
    return corrections.select(
        "person",
        "personal_number",
        pl.lit(field).alias("identifier_type"),
        old.alias("old_value"),
        pl.col(field).alias("new_value"),
        pl.lit("Cải chính thông tin").alias("reason"),
        pl.col("updated_at").dt.date().alias("effective_date"),
        "updated_at",
    ).filter(pl.col("old_value") != pl.col("new_value"))
