"""Disclosure control: cells that could give a person or an enterprise away are hidden, and cells beside them.

Which cells are sensitive themselves (*primary*):

* fewer persons or cases than the threshold in the numerator, or among those of the base who are not in it, or a base
  of at most twice as many;
* an index of fewer answers than the threshold;
* money of fewer units than the threshold; money to which the two largest units contribute more than a share (the
  (n,k) rule with n = 2); money from which the second largest could estimate the largest to within p per cent.

Which others are hidden with them (*secondary*): those that keep every published sum from giving a primary one away, in
each table (`publication.hypercube`, checked and completed by `publication.audit`) and between tables, frequencies and
indicators (`publication.linked`). Sources: Hundepool, Domingo-Ferrer, Franconi, Giessing, Schulte Nordholt, Spicer and
de Wolf, Statistical Disclosure Control (2012), chapters 3 to 5; Repsilber and Giessing on the hypercube method GHMITER.

Releases: what an earlier release hid stays hidden, so that the two cannot be played against each other; what one showed
is known, and is the last choice for hiding.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from publication import audit, linked
from publication.cells import COLUMN, NATION, TOTAL, Cells, Grid, arrange
from publication.hypercube import Counts, Mask, Table

__all__ = ["FREE", "IMPERSONAL", "NATION", "PRIMARY", "SECONDARY", "SUPPRESSED", "TOTAL", "Rules", "suppress"]

FREE, PRIMARY, SECONDARY = "F", "C", "D"
SUPPRESSED = "Q"
"""SDMX observation status of a hidden cell: missing value; suppressed."""

IMPERSONAL = frozenset({"OPS_ONLINE", "OPS_FILES", "STAFF", "MIN_LIVING", "FUND_BAL"})
"""Indicators of services, records, posts, a standard and the funds' accounts: no person or enterprise is behind a cell.

The only ones that are free without a look at their numbers; whatever is not named here is protected.
"""


@dataclass(frozen=True)
class Rules:
    """When a cell is sensitive.

    Attributes:
        threshold: persons, cases, or units behind an amount; 1 hides nothing.
        dominance: per cent of an amount that its two largest units may not exceed together.
        precision: per cent to which nobody may estimate the largest unit of an amount, or a hidden amount.
    """

    threshold: int
    dominance: int = 85
    precision: int = 10


def suppress(
    observations: pl.DataFrame, areas: pl.DataFrame, rules: Rules | int, earlier: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Hide what could give away persons or enterprises: the published form of the figures.

    Args:
        observations: figures with the columns of `indicators.indicator_observation`; all that are published together,
            of all periods, because what is hidden in one decides about others.
        areas: provinces with `area_list`, `area` and, on the list 63, the `successor` on the list 34.
        rules: when a cell is sensitive; a number is the threshold, with the other rules as they are.
        earlier: rows of earlier releases that hold some of these figures: their key and `conf_status`.

    Returns:
        The same rows with `conf_status`: `F` free, `C` primary, `D` secondary. Hidden ones lose all numbers and get the
        observation status `Q`.
    """
    rules = Rules(rules) if isinstance(rules, int) else rules
    status = pl.Series("conf_status", [FREE] * observations.height, dtype=pl.String)
    if rules.threshold > 1 and observations.height:
        status = _statuses(observations, areas, rules, earlier)
    numbers = ("numerator", "denominator", "value", "lower", "upper", "contributors", "largest_1", "largest_2")
    hidden = pl.col("conf_status") != FREE
    return observations.with_columns(status).with_columns(
        *(pl.when(~hidden).then(column) for column in numbers if column in observations.columns),
        obs_status=pl.when(hidden).then(pl.lit(SUPPRESSED)).otherwise("obs_status"),
    )


def _statuses(observations: pl.DataFrame, areas: pl.DataFrame, rules: Rules, earlier: pl.DataFrame | None) -> pl.Series:
    cells = arrange(observations, areas)
    facts = _Facts.of(observations, cells, rules, _known(observations, earlier))
    links = linked.find(cells, facts.inside, facts.base, facts.known, rules.threshold)
    hidden = links.spread(facts.primary | facts.stays_hidden, cells.published, facts.present)
    grids = list(cells.grids(facts.inside))
    seen: dict[int, bytes] = {}
    while True:
        tables = {number: _table(facts, grid, hidden) for number, grid in enumerate(grids)}
        news = {number: table for number, table in tables.items() if seen.get(number) != table.hidden.tobytes()}
        for number, protected in zip(news, audit.protect_all(list(news.values())), strict=True):
            seen[number] = protected.tobytes()
            grids[number].put(hidden, protected)
        spread = links.spread(hidden, cells.published, facts.present)
        if not news:
            break
        hidden = spread
    marks = np.where(facts.primary, PRIMARY, np.where(hidden, SECONDARY, FREE))
    return pl.Series("conf_status", marks[cells.column_of, cells.area_of], dtype=pl.String)


@dataclass(frozen=True)
class _Facts:
    """What is known of every cell, columns x areas; see `publication.hypercube.Table`."""

    inside: Counts
    outside: Counts
    base: Counts
    present: Mask
    primary: Mask
    known: Mask
    stays_hidden: Mask
    need: Counts
    few: Counts

    @classmethod
    def of(cls, observations: pl.DataFrame, cells: Cells, rules: Rules, known: pl.DataFrame) -> _Facts:
        judged = observations.select(*_judged(rules))
        primary = cells.mask(judged["primary"])
        return cls(
            inside=cells.matrix(judged["inside"], 0),
            outside=cells.matrix(judged["outside"], np.inf),
            base=cells.matrix(judged["base"], 0),
            present=cells.mask(judged["present"]) | primary,
            primary=primary,
            known=cells.mask(known["shown"]) & ~primary,
            stays_hidden=cells.mask(known["hidden"]) & ~cells.mask(known["shown"]),
            need=np.where(primary, cells.matrix(judged["need"], 0), 0),
            few=cells.matrix(judged["few"], 0),
        )


def _judged(rules: Rules) -> Iterator[pl.Expr]:
    """Yield what the rules say of each row."""
    base, units = pl.col("denominator"), pl.col("contributors")
    first, second = pl.col("largest_1").fill_null(0), pl.col("largest_2").fill_null(0)
    personal = ~pl.col("indicator").is_in(IMPERSONAL)
    money, index = units.is_not_null(), pl.col("unit") == "IX"
    counted = personal & ~money & ~index & (pl.col("unit") != "VND")
    # An index is a mean: its sum over those who answered adds up as an amount does.
    inside = pl.when(index).then(pl.col("value") * base).otherwise("numerator")
    rest = pl.when(counted).then(base - inside)
    # Nobody there at all: nothing to protect, and nothing that could be otherwise.
    nobody = (base == 0).fill_null(False) & (inside == 0)
    # Of a base of at most twice the threshold the marks alone would tell how many are inside.
    tight = (rest >= 0) & (base <= 2 * rules.threshold)
    few = counted & ~nobody & ((inside < rules.threshold) | rest.is_between(0, rules.threshold - 1) | tight)
    dominated = personal & money & (units > 0) & (
        (units < rules.threshold)
        | (100 * (first + second) > rules.dominance * inside)
        | (100 * (inside - first - second) < rules.precision * first)
    )  # fmt: skip
    asked = personal & index & base.is_between(1, rules.threshold - 1)
    yield inside.alias("inside")
    yield base.alias("base")
    # Where a survey's base is smaller than the persons counted there is nobody outside.
    yield pl.when(rest >= 0).then(rest).alias("outside")
    yield (inside.is_not_null() & ~nobody).alias("present")
    yield (few | dominated | asked).fill_null(False).alias("primary")
    # Somebody is anywhere between nobody and all of a base that is small itself.
    width = pl.min_horizontal(rules.threshold - 1, base)
    yield pl.when(money | index).then((inside * rules.precision / 50).clip(1)).otherwise(width).alias("need")
    yield pl.when(counted).then(rules.threshold).otherwise(0).alias("few")


def _known(observations: pl.DataFrame, earlier: pl.DataFrame | None) -> pl.DataFrame:
    """Return for each row whether an earlier release showed it, and whether one hid it."""
    if earlier is None:
        return observations.select(shown=pl.repeat(False, pl.len()), hidden=pl.repeat(False, pl.len()))
    key = [*COLUMN, "area_list", "area"]
    free = pl.col("conf_status") == FREE
    told = earlier.group_by(key).agg(shown=free.any(), hidden=(~free).any())
    return observations.select(key).join(told, on=key, how="left", maintain_order="left").select(
        pl.col("shown", "hidden").fill_null(False)
    )  # fmt: skip


def _table(facts: _Facts, grid: Grid, hidden: Mask) -> Table:
    numbers = {name: grid.get(getattr(facts, name), 0) for name in ("inside", "outside", "need", "few")}
    masks = {name: grid.get(getattr(facts, name), False) for name in ("present", "primary", "known")}
    open_to_doubt = grid.get(hidden, False) & masks["present"]
    return Table(**numbers, **masks, hidden=open_to_doubt, areas=grid.areas, details=grid.details)
