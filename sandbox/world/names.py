"""Vietnamese names: family name, middle name, given name, with diacritics in NFC."""

from __future__ import annotations

import numpy as np
import polars as pl

from sandbox.world.tools import Array, read_csv, texts, weighted


def draw_surnames(random: np.random.Generator, size: int) -> Array:
    """Return positions in the surname table, by their share in the country."""
    return weighted(random, read_csv("surnames.csv")["share"].to_numpy(), size)


def full_names(random: np.random.Generator, surname: Array, male: Array) -> pl.Series:
    """Return full names; one in five has a second middle name."""
    table = read_csv("given_names.csv")
    names = table["name"].to_list()
    parts = {"surname": texts(read_csv("surnames.csv")["surname"].to_list(), surname)}
    middle = np.zeros(0, dtype=np.int64)
    for part in ("middle", "second", "given"):
        kind = "given" if part == "given" else "middle"
        place = np.zeros(len(male), dtype=np.int64)
        for sex, members in (("M", male), ("F", ~male)):
            rows = np.flatnonzero(((table["part"] == kind) & (table["sex"] == sex)).to_numpy())
            place[members] = rows[weighted(random, table["weight"].to_numpy()[rows], int(members.sum()))]
        if part == "second":
            place[(random.random(len(male)) > 0.2) | (place == names.index("Thị")) | (place == middle)] = -1
        middle = place
        parts[part] = texts(names, place)
    return (
        pl.DataFrame(parts)
        .select(pl.concat_str("surname", "middle", "second", "given", separator=" ", ignore_nulls=True))
        .to_series()
    )
