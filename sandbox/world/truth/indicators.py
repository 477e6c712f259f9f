"""The indicators of a perfect registry: every figure that is not taken in from outside."""

from __future__ import annotations

import polars as pl

from sandbox.world.country import Country
from sandbox.world.output import Tables
from sandbox.world.truth.arrears import add_arrears
from sandbox.world.truth.cells import Cells
from sandbox.world.truth.flows import Flows
from sandbox.world.truth.stocks import Stocks


def write_indicators(country: Country, tables: Tables) -> pl.DataFrame:
    """Write `truth/indicator.parquet` and return it; the registries have been written, so that all facts are known."""
    cells = Cells(country)
    stocks, flows = Stocks(country, cells), Flows(country, cells)
    for month in range(country.window.size):
        stocks.add(month)
    for freq, period, months in country.window.whole_periods():
        flows.add(freq, period, months)
    add_arrears(country, cells)
    indicators = cells.frame()
    indicators.write_parquet(tables.directory / "truth" / "indicator.parquet")
    return indicators
