"""The reviewed map from published figures to ours: every row leads to a figure that exists and says how they differ."""

from __future__ import annotations

import polars as pl
import yaml

from tests.publication.country import SEEDS

MAP = pl.read_csv(SEEDS / "published_figure_map.csv", infer_schema=False)
CATALOGUE = yaml.safe_load((SEEDS.parent / "vars.yml").read_text(encoding="utf-8"))["vars"]["indicators"]


def test_every_row_leads_to_a_figure_of_the_catalogue() -> None:
    categories = set(pl.read_csv(SEEDS / "indicator_category.csv", infer_schema=False)["breakdown", "category"].rows())
    for row in MAP.drop_nulls("indicator").iter_rows(named=True):
        entry = CATALOGUE[row["indicator"]]
        cell = (row["breakdown"], row["category"])
        assert cell == ("_T", "_T") or (cell in categories and row["breakdown"] in entry["breakdowns"].split(","))
        assert row["compared"] in ("value", "numerator")
        # Persons are never summed over months.
        assert row["additive"] == "false" or row["unit"] in ("CS", "VND")


def test_every_row_was_published_and_has_its_bridge() -> None:
    published = set(pl.read_csv(SEEDS / "published_figures.csv", infer_schema=False)["indicator"])
    assert set(MAP["published_as"]) <= published
    assert MAP.select("bridge_en", "bridge_vi").null_count().rows() == [(0, 0)]
    assert MAP.select("published_as", "unit").is_unique().all()
