"""The catalogue of the indicators: whole, in both languages, and the same in the models and in the documentation."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansinh.settings import PROJECT_ROOT
from ansinh.transformation import PROJECT

CATALOGUE: dict[str, dict[str, Any]] = yaml.safe_load((PROJECT / "vars.yml").read_text())["vars"]["indicators"]
CONTRACT = yaml.safe_load((PROJECT / "models/indicators/_indicators.yml").read_text())["models"]
COLUMNS = {column["name"] for model in CONTRACT if model["name"] == "indicator" for column in model["columns"]}
# What a model needs beyond the table: bases and units of breakdowns, and the records that an interval looks at.
FURTHER = {"breakdown_concepts", "measures", "evidence", "base_evidence"}


def documented(indicator: str, entry: dict[str, Any]) -> str:
    """Return the row of docs/indicators.md that an entry makes."""
    base = entry.get("denominator_concept") or "count"
    return (
        f"| {indicator} | {entry['name_en']} | {entry['unit']} | {entry['freqs']} | {entry['accounting']} | {base} "
        f"| {(entry.get('breakdowns') or '').replace(',', ', ')} | {entry['origin']} |"
    )


def test_every_entry_has_its_model_and_every_model_its_entry() -> None:
    models = {path.stem for path in Path(PROJECT, "models/indicators").glob("ind_*.sql")}
    assert models == {f"ind_{indicator.lower()}" for indicator in CATALOGUE}
    assert len(CATALOGUE) == 34


@pytest.mark.parametrize("indicator", CATALOGUE)
def test_an_entry_is_whole_in_both_languages(indicator: str) -> None:
    entry = CATALOGUE[indicator]
    assert set(entry) <= COLUMNS | FURTHER
    for text in ("name", "definition", "numerator", "denominator", "caveats"):
        assert bool(entry.get(f"{text}_en")) == bool(entry.get(f"{text}_vi"))
    assert entry["definition_en"] != entry["definition_vi"]
    if entry["unit"] in ("PT", "IX"):
        assert entry["denominator_concept"] and entry["denominator_en"]
    assert set(entry["freqs"].split(",")) <= {"M", "Q", "A"}


def test_the_participation_rates_claim_no_global_series() -> None:
    for indicator in ("SI_COV", "SI_COV_COMP", "SI_COV_VOL", "UI_COV", "HI_COV"):
        assert not CATALOGUE[indicator].get("sdg_code")


def test_every_breakdown_has_labels_and_every_break_its_indicator() -> None:
    with (PROJECT / "seeds/indicator_category.csv").open() as file:
        labelled = {row["breakdown"] for row in csv.DictReader(file)}
    asked = {name for entry in CATALOGUE.values() for name in (entry.get("breakdowns") or "").split(",") if name}
    assert asked <= labelled | {"procedure"}
    with (PROJECT / "seeds/series_break.csv").open() as file:
        for row in csv.DictReader(file):
            breakdowns = (CATALOGUE[row["indicator"]].get("breakdowns") or "").split(",")
            assert row["breakdown"] in ["_T", *breakdowns]


def test_the_documentation_says_what_the_catalogue_says() -> None:
    lines = (PROJECT_ROOT / "docs/indicators.md").read_text().splitlines()
    rows = [line for line in lines if line.split(" ")[1:2] and line.split(" ")[1] in CATALOGUE]
    assert rows == [documented(indicator, entry) for indicator, entry in CATALOGUE.items()]
