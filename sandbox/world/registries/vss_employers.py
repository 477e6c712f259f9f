"""The VSS ledger of employers and collection units."""

from __future__ import annotations

import numpy as np
import polars as pl

from sandbox.world.calendar import MERGER, VSIC_CHANGE
from sandbox.world.country import Country
from sandbox.world.employers import OWNERSHIPS, UNIT
from sandbox.world.output import Tables
from sandbox.world.tools import Array, days, office_time, read_csv, texts


def write_employers(country: Country, tables: Tables) -> None:
    """Write each unit as it stood before the window, with the areas of July 2025, with VSIC 2025."""
    random, employers, window = country.random("vss.employers"), country.employers, country.window
    industries = read_csv("industries.csv")
    start = np.bincount(country.work.employer[country.work.employer[:, 0] >= 0, 0], minlength=employers.size)
    end = np.bincount(country.work.employer[country.work.employer[:, -1] >= 0, -1], minlength=employers.size)
    day = days(window.start, -random.integers(5, 700, employers.size))
    everyone = np.arange(employers.size)

    def states(rows: Array, seen: Array, count: Array) -> pl.DataFrame:
        new = seen >= VSIC_CHANGE
        codes = industries["code_2018"].to_list() + industries["code_2025"].to_list()
        return pl.DataFrame(
            {
                "unit_code": employers.unit_code.gather(rows),
                "tax_code": employers.tax_code.gather(rows),
                "name": employers.name.gather(rows),
                **country.areas(employers.province[rows], seen),
                "vsic_code": texts(codes, employers.industry[rows] + new * industries.height),
                "vsic_version": texts(["2018", "2025"], new.astype(np.int64)),
                "ownership": texts(OWNERSHIPS, employers.ownership[rows]),
                "employees": count[rows],
                "status": texts(
                    ["active", "suspended"],
                    ((start + end)[rows] == 0).astype(np.int64) * (employers.ownership[rows] != UNIT),
                ),
                "updated_at": office_time(random, seen),
            }
        ).with_columns(pl.when(pl.Series(employers.ownership[rows] != UNIT)).then("tax_code").alias("tax_code"))

    frames = [states(everyone, day, start)]
    if window.end > MERGER:
        frames.append(states(everyone, days(MERGER, random.integers(0, 40, employers.size)), (start + end) // 2))
    if window.end > VSIC_CHANGE:
        moved = np.flatnonzero(random.random(employers.size) < 0.8)
        frames.append(states(moved, days(VSIC_CHANGE, random.integers(0, 45, len(moved))), end))
    tables.write("vss", "employer", pl.concat(frames))
