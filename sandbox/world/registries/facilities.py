"""Health facilities: codes by old province, and where each person is registered."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from sandbox.world.country import Country
from sandbox.world.tools import Array, texts


@dataclass(frozen=True)
class Facilities:
    """Facilities as columns, ordered by province (63 list)."""

    code: list[str]
    province: Array
    start: Array
    count: Array

    def near(self, country: Country, person: Array, ward: Array) -> Array:
        """Return the facility of first registration of each person who lives in a ward."""
        province = country.geography.ward63_province[ward]
        return np.asarray(self.start[province] + person * 2_654_435_761 % 1_000_003 % self.count[province])

    def registered(self, country: Country, person: Array, ward: Array) -> pl.Series:
        """Return the code of the facility of first registration."""
        return texts(self.code, self.near(country, person, ward))


def facilities_of(country: Country) -> Facilities:
    """Return about one facility for 5,000 people, at least one in each province."""
    weight = country.geography.weight
    count = np.maximum(np.round(weight / weight.sum() * country.people.residents / 5000), 1).astype(np.int64)
    start = np.cumsum(count) - count
    code = [
        f"{province}{number + 1:03d}"
        for province, total in zip(country.geography.province63, count, strict=True)
        for number in range(total)
    ]
    return Facilities(code, np.repeat(np.arange(len(count)), count), start, count)
