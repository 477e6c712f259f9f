"""Areas: 63 provinces and 10,035 wards until 2025-06-30, 34 provinces and 3,321 wards from 2025-07-01.

Ward codes and the ward-to-ward changes were taken from the vietnamadminunits package (MIT), province weights from the
average population of 2016 that the General Statistics Office published: see `sandbox/data/README.md`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from sandbox.world.tools import Array, generator, read_csv

URBAN_SHARE = 0.385


@dataclass(frozen=True)
class Geography:
    """Areas as columns; positions in these columns stand for an area everywhere in the world."""

    province63: list[str]
    province34: list[str]
    to34: Array
    weight: Array
    formal_jobs: Array
    minority_share: Array
    minority_group: Array
    old_card_prefix: Array
    ward63: list[str]
    ward63_province: Array
    ward63_urban: Array
    ward63_district: list[str]
    ward63_weight: Array
    ward34: list[str]
    ward34_province: Array
    ward34_urban: Array
    ward_to34: Array


def load_geography(seed: int) -> Geography:
    """Return the areas; only the relative size of wards depends on the seed."""
    provinces = (
        read_csv("provinces.csv", code63=pl.String, old_card_prefix=pl.String)
        .join(
            read_csv("province_crosswalk_2025.csv", old_code=pl.String, new_code=pl.String),
            left_on="code63",
            right_on="old_code",
            how="left",
        )
        .sort("code63")
    )
    codes63, codes34 = provinces["code63"].to_list(), provinces["new_code"].unique().sort().to_list()
    text = dict.fromkeys(("code", "district_code", "province_code", "code_34"), pl.String())
    old = read_csv("wards_63.csv", **text)
    new = read_csv("wards_34.csv", code=pl.String, province_code=pl.String)
    province, urban = _places(old["province_code"], codes63), old["type"].is_in(["P", "T"]).to_numpy()
    weight = provinces["population_2016_thousand"].to_numpy()
    return Geography(
        province63=codes63,
        province34=codes34,
        to34=_places(provinces["new_code"], codes34),
        weight=weight,
        formal_jobs=provinces["formal_jobs"].to_numpy(),
        minority_share=provinces["minority_share"].to_numpy(),
        minority_group=provinces["minority_group"].to_numpy(),
        old_card_prefix=provinces["old_card_prefix"].cast(pl.Int64).to_numpy(),
        ward63=old["code"].to_list(),
        ward63_province=province,
        ward63_urban=urban,
        ward63_district=old["district_code"].to_list(),
        ward63_weight=_ward_weights(seed, province, urban, weight),
        ward34=new["code"].to_list(),
        ward34_province=_places(new["province_code"], codes34),
        ward34_urban=(new["type"] == "P").to_numpy(),
        ward_to34=_places(old["code_34"], new["code"].to_list()),
    )


def _places(codes: pl.Series, order: list[str]) -> Array:
    return codes.replace_strict(order, np.arange(len(order)), return_dtype=pl.Int64).to_numpy()


def _ward_weights(seed: int, province: Array, urban: Array, province_weight: Array) -> Array:
    size = generator(seed, "geography").lognormal(0.0, 0.5, len(province))
    factor = 1.0
    for _ in range(20):
        raw = size * np.where(urban, factor, 1.0)
        weight = raw / np.bincount(province, raw)[province] * province_weight[province]
        share = weight[urban].sum() / weight.sum()
        factor *= URBAN_SHARE / share * (1 - share) / (1 - URBAN_SHARE)
    return weight
