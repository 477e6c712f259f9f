"""What the comparison with the truth says of errors and intervals."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from bench.indicators import ended_by, summarise


@pytest.fixture
def compared() -> pl.DataFrame:
    return pl.DataFrame(
        [
            ("SI_COV", "A", "2025", "VN", "PT", 45.0, 45.05, 0.05, True, 0.1),
            ("SI_COV", "M", "2025-12", "VN", "PT", 45.0, 45.3, 0.3, False, 0.1),
            ("SI_COV", "M", "2025-12", "01", "PT", 50.0, 50.4, 0.4, True, 0.8),
            ("SI_NUM", "M", "2025-12", "VN", "PS", 999.0, 1000.0, 1.0, True, 2.0),
            ("LATE_RATE", "M", "2025-12", "VN", "PT", 3.0, 3.0, 0.0, None, None),
        ],
        schema=["indicator", "freq", "period", "area", "unit", "published", "truth", "abs_error", "inside_interval",
                "half_width"],
        orient="row",
    )  # fmt: skip


def test_errors_of_rates_are_points_and_those_of_counts_per_cent(compared: pl.DataFrame) -> None:
    rows = {(row["indicator"], row["level"]): row for row in summarise(compared).iter_rows(named=True)}
    national = rows["SI_COV", "national"]
    assert (national["worst_error"], national["worst_period"], national["inside"]) == (0.3, "2025-12", 0.5)
    assert rows["SI_NUM", "national"]["worst_error"] == pytest.approx(0.1)
    assert rows["LATE_RATE", "national"]["inside"] is None


def test_what_is_promised_differs_by_level_and_kind(compared: pl.DataFrame) -> None:
    missed = summarise(compared).filter("missed").select("indicator", "level").rows()
    assert missed == [("SI_COV", "national")]


def test_months_that_only_settle_are_not_compared(compared: pl.DataFrame) -> None:
    assert ended_by(dt.date(2025, 12, 1), compared).equals(compared)
    assert ended_by(dt.date(2025, 11, 1), compared).is_empty()
