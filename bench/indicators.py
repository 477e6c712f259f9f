"""Every computed figure of the nation and of the provinces beside the ground truth of a synthetic country.

Rates are compared in percentage points, counts and money in per cent of the truth. The figures are those of all sexes
and ages; the share inside tells how often the published interval holds the truth. What comes late is in the deliveries
of the months that follow: with them the figures are those of a later vintage, without them those first published.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
from pathlib import Path
from typing import Any

import polars as pl

from ansinh import transformation
from ansinh.months import format_month, month_range, next_month, parse_month
from ansinh.settings import get_settings
from bench import country, scratch, truth
from linkage.run import run as link
from linkage.settings import LinkageSettings
from publication import periods

LAYERS = ("staging", "identity", "linkage", "warehouse", "indicators")
LIMITS = pl.DataFrame(
    [("rate", "national", 0.1), ("rate", "province", 0.5), ("count", "national", 0.2)],
    schema=["kind", "level", "limit"],
    orient="row",
)
"""Promised for a country of a million: points for rates, per cent of the truth for counts and money."""
INSIDE = 0.95
"""Share of the figures whose interval holds the truth, at least."""

_JSON = ("indicator", "period", "area", "published", "truth", "abs_error", "inside_interval")
_RULES_ONLY = LinkageSettings(threshold=2.0)
"""No probability reaches this threshold."""


def main(arguments: list[str]) -> int:
    """Print the comparison as a table or as JSON; exit status 1 where less is kept than promised.

    The limits of the errors are judged in a country of a million or more; that intervals hold the truth, in any.
    """
    parser = argparse.ArgumentParser(prog="ansinh bench indicators", description=__doc__)
    settings = get_settings()
    parser.add_argument("--people", type=int, default=30_000, help="size of the country, persons")
    parser.add_argument("--from", dest="first", default=settings.period_from, metavar="YYYY-MM", help="first month")
    parser.add_argument("--to", dest="last", default=settings.period_to, metavar="YYYY-MM", help="last month")
    parser.add_argument("--settle", type=int, default=0, metavar="MONTHS", help="months delivered after the last one")
    parser.add_argument("--seed", type=int, default=settings.seed, help="seed of the country")
    parser.add_argument("--error-rate-factor", type=float, default=1.0, help="how many times more errors")
    parser.add_argument("--json", action="store_true", help="JSON instead of a table")
    given = parser.parse_args(arguments)
    scratch.show_progress()
    months = month_range(given.first, given.last)
    compared = run(given.people, months, given.seed, given.error_rate_factor, settle=given.settle)
    summary = summarise(compared)
    if given.json:
        print(json.dumps(compared.select(_JSON).to_dicts(), indent=2))
    else:
        print(summary.to_pandas().to_string(index=False, na_rep="-", float_format=lambda number: f"{number:.4f}"))
    kept = [summary.filter(pl.col("inside") < INSIDE).is_empty()]
    if given.people >= 1_000_000:
        kept.append(summary.filter("missed").is_empty())
    return int(not all(kept))


def run(people: int, months: list[str], seed: int, factor: float = 1.0, *, settle: int = 0) -> pl.DataFrame:
    """Compute the indicators of a country in a scratch installation, and compare them (see `truth.compare`).

    Args:
        people: residents on the first day.
        months: consecutive months `YYYY-MM`; periods that end in one of them are compared.
        seed: the same seed gives the same country.
        factor: the sandbox's error rates are multiplied by it.
        settle: how many months after the last one are delivered too.
    """
    last = parse_month(months[-1])
    end = last
    for _ in range(settle):
        end = next_month(end)
    delivered = month_range(months[0], format_month(end))
    with scratch.home() as folder:
        address = scratch.in_process(country.serve, folder / "country", people, delivered, seed, factor)
        os.environ.update(address)
        country.deliver(delivered[0], delivered[-1])
        scratch.in_process(country.transform, LAYERS)
        return ended_by(last, truth.compare(folder / "country"))


def ended_by(last: dt.date, compared: pl.DataFrame) -> pl.DataFrame:
    """Return the figures of the periods that end with a month or before."""
    texts = compared["period"].unique()
    return compared.filter(pl.col("period").is_in([text for text in texts if periods.parse(text).last_month <= last]))


def summarise(compared: pl.DataFrame) -> pl.DataFrame:
    """Return a row for each indicator, for the nation and for the provinces: worst error, share inside, half-width."""
    relative = pl.when(pl.col("truth") != 0).then(pl.col("abs_error") / pl.col("truth") * 100)
    rate = pl.col("unit") == "PT"
    level = pl.when(pl.col("area") == "VN").then(pl.lit("national")).otherwise(pl.lit("province"))
    return (
        compared.with_columns(
            level.alias("level"),
            pl.when(rate).then(pl.lit("rate")).otherwise(pl.lit("count")).alias("kind"),
            pl.when(rate).then("abs_error").otherwise(relative).alias("error"),
        )
        .sort("error", nulls_last=True)
        .group_by("indicator", "level", "kind", maintain_order=True)
        .agg(
            pl.len().alias("figures"),
            pl.col("error").mean().alias("mean_error"),
            pl.col("error").max().alias("worst_error"),
            pl.col("period").get(pl.col("error").arg_max()).alias("worst_period"),
            pl.col("inside_interval").mean().alias("inside"),
            pl.col("half_width").mean().alias("half_width"),
        )
        .join(LIMITS, on=["kind", "level"], how="left")
        .with_columns((pl.col("worst_error") > pl.col("limit")).fill_null(False).alias("missed"))
        .drop("limit")
        .sort("indicator", "level")
    )


def before_and_after(directory: Path) -> list[dict[str, Any]]:
    """Return for each indicator how far it is from the truth by rules alone, and with the model.

    `national` is the mean distance of the monthly national rates, `province` that of the provinces': percentage points.
    """
    rows = []
    for name, settings in (("rules", _RULES_ONLY), ("rules and model", LinkageSettings())):
        link(full=True, settings=settings)
        for layer in ("warehouse", "indicators"):
            transformation.layer(layer, full_refresh=True)
        rates = truth.compare(directory).filter(pl.col("unit") == "PT", pl.col("freq") == "M")
        for (indicator,), part in rates.group_by("indicator", maintain_order=True):
            whole = pl.col("area") == "VN"
            distances = part.select(
                pl.col("abs_error").filter(whole).mean().round(4).alias("national"),
                pl.col("abs_error").filter(~whole).mean().round(4).alias("province"),
            )
            rows.append({"indicator": indicator, "by": name} | distances.row(0, named=True))
    return rows
