"""The published tables under attack: nobody who does sums finds what disclosure control has hidden.

The protection interval of a primary cell (`C`): a reader of the numbers finds a range at least `threshold - 1` persons
wide, or as wide as the base where that is smaller; for money one of p per cent on both sides of the amount. A reader
who also believes the marks pins down no hidden cell, primary or secondary. Both hold over all margins, both province
lists, linked indicators and frequencies together, and for two successive releases.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import polars as pl
import pytest

from publication.disclosure import Rules, suppress
from tests.publication import attack, country, country_labels
from tests.publication.attack import Cell

RULES = Rules(threshold=5)
SLACK = 1e-4


@lru_cache(maxsize=16)
def _figures(people: int, provinces: int, first: str, last: str, seed: int) -> pl.DataFrame:
    return country.observations(people, first, last, seed, provinces)


def _published(figures: pl.DataFrame, earlier: pl.DataFrame | None = None) -> pl.DataFrame:
    hidden = suppress(figures, country_labels.areas(), RULES, earlier)
    return hidden.drop("contributors", "largest_1", "largest_2")


def _only_primary(figures: pl.DataFrame) -> pl.DataFrame:
    """Publish figures with their primary cells hidden and nothing else."""
    hidden = _published(figures)
    shown = figures.select(hidden.drop("conf_status").columns).with_columns(conf_status=pl.lit("F"))
    return pl.concat([hidden.filter(conf_status="C"), shown.filter(hidden["conf_status"] != "C")])


def _by_cell(figures: pl.DataFrame, column: str) -> dict[Cell, float]:
    rows = figures.filter(pl.col(column).is_not_null()).iter_rows(named=True)
    return {
        attack.cell(row): row[column] for row in rows if row["indicator"] not in attack.MONEY or column != "denominator"
    }


def _found(
    figures: pl.DataFrame, releases: list[pl.DataFrame], growth: float = 0
) -> tuple[list[Cell], list[Cell], list[Cell]]:
    """Return all hidden cells, primary ones whose range is too narrow, and those that the marks give away."""
    truth, bases = _by_cell(figures, "numerator"), _by_cell(figures, "denominator")
    texts = [release.write_csv() for release in releases]
    numbers = attack.ranges(texts, bases, growth)
    marked = attack.ranges(texts, bases, growth, RULES.threshold)
    assert all(low - SLACK <= truth[cell] <= high + SLACK for cell, ((low, high), _) in numbers.items())
    narrow = [
        cell for cell, ((low, high), marks) in numbers.items()
        if "C" in marks and high - low < _interval(cell, truth[cell], bases) - SLACK
    ]  # fmt: skip
    pinned = [
        cell for cell, ((low, high), _) in marked.items() if high - low < 1 - SLACK and cell[0] not in attack.MONEY
    ]
    return list(numbers), narrow, pinned


def _interval(cell: Cell, value: float, bases: Mapping[Cell, float]) -> float:
    if cell[0] in attack.MONEY:
        return 2 * value * RULES.precision / 100
    return min(RULES.threshold - 1, bases.get(cell, RULES.threshold - 1))


@pytest.mark.parametrize(
    ("people", "provinces", "month", "seed"),
    [(800, 2, "2025-06", 1), (10_000, 5, "2025-06", 2), (60_000, 8, "2025-06", 3), (4_000, 6, "2025-07", 4)],
)
def test_no_hidden_cell_of_a_release_is_found(people: int, provinces: int, month: str, seed: int) -> None:
    figures = _figures(people, provinces, month, month, seed)
    hidden, narrow, pinned = _found(figures, [_published(figures)])
    assert {cell[0] for cell in hidden} >= {"HI_COV", "SI_COV_VOL", "LATE_RATE", "ONETIME"}
    assert (narrow, pinned) == ([], [])


def test_the_attack_finds_cells_when_only_the_small_ones_are_hidden() -> None:
    figures = _figures(10_000, 5, "2025-06", "2025-06", 2)
    _, narrow, pinned = _found(figures, [_only_primary(figures)])
    assert {cell[0] for cell in narrow} >= {"HI_COV", "SI_COV_VOL", "LATE_RATE"}
    assert len(pinned) > 10


def test_a_year_of_events_tells_no_month() -> None:
    figures = _figures(12_000, 2, "2025-01", "2025-12", 1).filter(indicator="ONETIME")
    hidden, narrow, pinned = _found(figures, [_published(figures)])
    assert hidden
    assert (narrow, pinned) == ([], [])
    _, narrow, _ = _found(figures, [_only_primary(figures)])
    assert narrow


def test_the_stock_of_a_quarter_is_hidden_where_its_month_is() -> None:
    month = _figures(10_000, 5, "2025-06", "2025-06", 2).filter(indicator="HI_COV")
    quarter = month.filter(area_list="34").with_columns(freq=pl.lit("Q"), period=pl.lit("2025-Q2"))
    published = _published(pl.concat([month, quarter]))
    sides = [published.filter(area_list="34", freq=freq).sort(country.KEYS) for freq in ("M", "Q")]
    assert ((sides[0]["conf_status"] == "F") == (sides[1]["conf_status"] == "F")).all()
    assert _found(month, [published])[1:] == ([], [])


def _with_a_person_more(figures: pl.DataFrame, area: str, sex: str, age: str) -> pl.DataFrame:
    """Count one person more in health insurance: a late record of a card."""
    new = dict(country.crosswalk().iter_rows())[area]
    there = (
        (pl.col("indicator") == "HI_COV") & pl.col("sex").is_in(["_T", sex]) & pl.col("age").is_in(["_T", age])
        & (pl.col("area") == pl.when(pl.col("area") == "VN").then(pl.lit("VN"))
           .when(pl.col("area_list") == "34").then(pl.lit(new)).otherwise(pl.lit(area)))
        & (pl.col("numerator") < pl.col("denominator"))
    )  # fmt: skip
    numerator = pl.col("numerator") + there.cast(pl.Float64)
    return figures.with_columns(numerator=numerator).with_columns(
        value=pl.when(unit="PT")
        .then((100 * pl.col("numerator") / pl.col("denominator")).round(4))
        .otherwise("numerator")
    )


def test_a_revision_by_one_person_tells_nobody() -> None:
    """Two releases of the same month, of which the second counts somebody more."""
    figures = _figures(12_000, 5, "2025-06", "2025-06", 5).filter(indicator="HI_COV")
    first = _published(figures)
    for area, sex, age in _gaps(figures):
        revised = _with_a_person_more(figures, area, sex, age)
        second = _published(revised, first)
        hidden_before = first["conf_status"] != "F"
        assert (second.filter(hidden_before)["conf_status"] != "F").all()
        hidden, narrow, pinned = _found(figures, [first, second], growth=1)
        assert hidden
        assert (narrow, pinned) == ([], [])


def _gaps(figures: pl.DataFrame) -> list[tuple[str, str, str]]:
    """Return cells of the old list in which exactly enough persons are, or lack, that one more changes the status."""
    edge = (pl.col("denominator") - pl.col("numerator") == RULES.threshold) | (
        pl.col("numerator") == RULES.threshold - 1
    )
    detail = figures.filter(
        edge, pl.col("sex") != "_T", pl.col("age") != "_T", pl.col("denominator") > pl.col("numerator"), area_list="63"
    ).filter(pl.col("area") != "VN")
    return list(detail.select("area", "sex", "age").head(2).iter_rows())


def test_a_margin_that_is_published_later_tells_nothing_of_earlier_months() -> None:
    """The months are out; the year that comes after them cannot have one of them computed."""
    figures = _figures(12_000, 2, "2025-01", "2025-12", 1).filter(indicator="ONETIME")
    months = figures.filter(freq="M")
    first = _published(months)
    second = _published(figures, first)
    assert _found(months, [first, second])[1:] == ([], [])
    careless = _published(figures)
    shown_first = first.filter(conf_status="F").join(careless.filter(freq="M"), on=country.KEYS)
    assert (shown_first["conf_status_right"] != "F").any()
