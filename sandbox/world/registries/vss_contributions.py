"""The VSS contribution ledger: one row for person, unit and month, and newer versions of past months."""

from __future__ import annotations

import numpy as np
import polars as pl

from sandbox.world.calendar import CONTRIBUTION_CAP, SOCIAL_PENSION, Window
from sandbox.world.country import Country
from sandbox.world.output import Tables
from sandbox.world.registries.vss_members import Members
from sandbox.world.tools import Array, days, joined, office_time

# Shares of the wage base: 8 % employee and 17 % employer for SI, 0.5 % occupational accidents, 2 % UI, 4.5 % HI.
SI_RATE, OA_RATE, UI_RATE, HI_RATE, VOLUNTARY_RATE = 0.25, 0.005, 0.02, 0.045, 0.22
_AMOUNTS = ("si_amount", "oa_amount", "ui_amount", "hi_amount")
_POVERTY_LINE = 1_500_000
_SUBSIDY_BEFORE, _SUBSIDY_SINCE = np.array([0.10, 0.25, 0.30]), np.array([0.20, 0.40, 0.50])


def write_contributions(country: Country, tables: Tables, members: Members) -> dict[str, int]:
    """Write the ledger month by month; return the amounts payable and still unpaid, VND."""
    totals = {"payable": 0, "unpaid": 0}
    for month in range(country.window.size):
        random = country.random(f"vss.contribution.{month}")
        for frame in (_compulsory(country, members, month, random), _voluntary(country, members, month, random)):
            totals["payable"] += int(_payable(frame).sum())
            totals["unpaid"] += int((_payable(frame) - frame["subsidy_amount"] - frame["paid_amount"]).sum())
            for part in _versions(country, members, frame, month, random):
                written = tables.write("vss", "contribution", part)
                settled = written.filter(pl.col("settles")) if "settles" in written.columns else written.clear()
                totals["unpaid"] -= int(settled["paid_amount"].sum())
        for part in _mistaken(country, members, month, random):
            tables.write("vss", "contribution", part)
    return totals


def recorded_days(window: Window, month: int, random: np.random.Generator, size: int) -> Array:
    """Return days of recording within a month: between the 2nd and the 28th."""
    return days(window.first_days[month], random.integers(1, 27, size))


def _compulsory(country: Country, members: Members, month: int, random: np.random.Generator) -> pl.DataFrame:
    work, employers, window = country.work, country.employers, country.window
    person = np.flatnonzero((work.employer[:, month] >= 0) & members.known)
    unit = work.employer[person, month]
    base = np.minimum(work.base(work.wages(employers, unit, person, window.year(month)), person), CONTRIBUTION_CAP)
    # Employers who are late stay late for months, and pay for some of their months in the end.
    late = country.late_payers[unit] & (random.random(employers.size) < 0.75)[unit]
    return _rows(country, members, person, unit, month, base, late, random, work.unemployment[person, month])


def _rows(
    country: Country,
    members: Members,
    person: Array,
    unit: Array,
    month: int,
    base: Array,
    late: Array,
    random: np.random.Generator,
    covered: Array,
) -> pl.DataFrame:
    window, size = country.window, len(person)
    day = recorded_days(window, month, random, country.employers.size)[unit]
    paid = days(day, random.integers(0, 3, size))
    amounts = [np.round(base * rate).astype(np.int64) for rate in (SI_RATE, OA_RATE, UI_RATE, HI_RATE)]
    amounts[2] = np.where(covered, amounts[2], 0)
    return pl.DataFrame(
        {
            "person": person,
            "unit": unit,
            "month": np.full(size, window.first_days[month]),
            "kind": _same("compulsory", size),
            "unit_code": country.employers.unit_code.gather(unit),
            "wage_base": base,
            "si_amount": amounts[0],
            "oa_amount": amounts[1],
            "ui_amount": amounts[2],
            "hi_amount": amounts[3],
            "subsidy_amount": np.zeros(size, dtype=np.int64),
            "paid_amount": np.where(late, 0, sum(amounts)),
            "paid_date": np.where(late, np.datetime64("NaT", "D"), np.minimum(paid, window.last_days[month])),
            "updated_at": office_time(random, day),
            "si_number": members.si_numbers(country, person, day, second=unit % 2 == 1),
        }
    )


def _voluntary(country: Country, members: Members, month: int, random: np.random.Generator) -> pl.DataFrame:
    work, window, people = country.work, country.window, country.people
    person = np.flatnonzero(work.voluntary[:, month] & members.known)
    size, income = len(person), work.chosen_income[person]
    unit = (
        country.employers.firms
        + country.geography.ward63_province[country.ward(person, np.full(size, window.last_days[month]))]
    )
    day = recorded_days(window, month, random, size)
    share = (_SUBSIDY_SINCE if window.first_days[month] >= SOCIAL_PENSION else _SUBSIDY_BEFORE)[people.poverty[person]]
    amount = np.round(income * VOLUNTARY_RATE).astype(np.int64)
    subsidy = np.round(_POVERTY_LINE * VOLUNTARY_RATE * share).astype(np.int64)
    zero = np.zeros(size, dtype=np.int64)
    return pl.DataFrame(
        {
            "person": person,
            "unit": unit,
            "month": np.full(size, window.first_days[month]),
            "kind": _same("voluntary", size),
            "unit_code": country.employers.unit_code.gather(unit),
            "wage_base": income,
            "si_amount": amount,
            "oa_amount": zero,
            "ui_amount": zero,
            "hi_amount": zero,
            "subsidy_amount": subsidy,
            "paid_amount": amount - subsidy,
            "paid_date": day,
            "updated_at": office_time(random, day),
            "si_number": members.si_numbers(country, person, day),
        }
    )


def _versions(
    country: Country, members: Members, frame: pl.DataFrame, month: int, random: np.random.Generator
) -> list[pl.DataFrame]:
    """First declarations, some of them late; then corrections and payments of one to three months later."""
    rates, size = country.rates, frame.height
    unit = frame["unit"].to_numpy()
    keys = joined(frame["si_number"], frame["month"])
    wrong = country.mistakes("vss", "contribution", keys, random)
    late_unit = random.random(country.employers.size) < rates.get("vss", "declared_late")
    declared_late = np.where(
        frame["kind"].to_numpy() == "compulsory",
        late_unit[unit],
        random.random(size) < rates.get("vss", "declared_late"),
    )
    country.log.add("vss", "contribution", keys.filter(pl.Series(declared_late)), "declared_late")
    corrected = wrong.pick("corrected_month", ~declared_late)
    invalid = wrong.pick("invalid_record", ~declared_late & ~corrected)
    duplicate = wrong.pick("duplicate_record", ~declared_late & ~corrected)
    delay = pl.Series(random.integers(1, 4, size) if size else np.zeros(0, dtype=np.int64))
    later = _shift(frame["updated_at"], delay)
    first = frame.with_columns(
        pl.lit(1).alias("version"),
        pl.lit("declared").alias("change_type"),
        pl.when(pl.Series(declared_late)).then(later).otherwise("updated_at").alias("updated_at"),
    )
    # What was declared wrongly at first: the wage before the raise, and everything computed from it.
    old = first.filter(pl.Series(corrected)).with_columns(
        pl.col(column) * 9 // 10
        for column in ("wage_base", "si_amount", "oa_amount", "ui_amount", "hi_amount", "paid_amount")
    )
    right = frame.filter(pl.Series(corrected)).with_columns(
        pl.lit(2).alias("version"),
        pl.lit("corrected").alias("change_type"),
        later.filter(pl.Series(corrected)).alias("updated_at"),
    )
    bad = np.flatnonzero(invalid)
    first = first.with_columns(pl.Series("unit_code", first["unit_code"].scatter(bad, "?")))
    unpaid = first["paid_date"].is_null().to_numpy() & ~invalid
    settled = np.flatnonzero(unpaid & ~corrected & ~declared_late & (random.random(size) < 0.45))
    payment = _shift(frame["updated_at"][settled], delay[settled])
    settlement = first[settled].with_columns(
        pl.lit(2).alias("version"),
        pl.lit("corrected").alias("change_type"),
        _payable(frame[settled]).alias("paid_amount"),
        payment.dt.date().alias("paid_date"),
        payment.alias("updated_at"),
        pl.lit(True).alias("settles"),
    )
    paid_month = np.where(frame["paid_date"].is_null().to_numpy(), country.window.size, month)
    paid_month[settled] = country.window.index(payment.to_numpy())
    country.facts.note(
        "contribution",
        frame.select("month", "unit", "kind", *_AMOUNTS, "subsidy_amount")
        .with_columns(pl.lit(month).alias("month"), pl.Series("paid_month", paid_month))
        .group_by("month", "unit", "kind", "paid_month", maintain_order=True)
        .sum(),
    )
    repair = frame[bad].with_columns(
        pl.lit(1).alias("version"),
        pl.lit("declared").alias("change_type"),
        _shift(frame["updated_at"][bad], delay[bad]).alias("updated_at"),
    )
    parts = [first.filter(pl.Series(~corrected)), old, first.filter(pl.Series(duplicate)), right, settlement, repair]
    return [_renumbered(country, members, part) for part in parts if part.height]


def _renumbered(country: Country, members: Members, frame: pl.DataFrame) -> pl.DataFrame:
    """Write each version under the number in use on the day on which it is recorded."""
    day = frame["updated_at"].dt.date().to_numpy()
    return frame.with_columns(
        members.si_numbers(country, frame["person"].to_numpy(), day, frame["unit"].to_numpy() % 2 == 1).alias(
            "si_number"
        )
    )


def _mistaken(country: Country, members: Members, month: int, random: np.random.Generator) -> list[pl.DataFrame]:
    """Months declared for people who had already left, cancelled later."""
    work, window = country.work, country.window
    if month == 0:
        return []
    left = (work.employer[:, month - 1] >= 0) & (work.employer[:, month] < 0) & members.known
    left &= country.people.present(window, month)
    count = int(country.rates.get("vss", "cancelled_month") * (work.employer[:, month] >= 0).sum())
    person = np.flatnonzero(left)[:count]
    if not len(person):
        return []
    unit = work.employer[person, month - 1]
    base = np.minimum(
        work.base(work.wages(country.employers, unit, person, window.year(month)), person), CONTRIBUTION_CAP
    )
    frame = _rows(
        country,
        members,
        person,
        unit,
        month,
        base,
        np.ones(len(person), dtype=bool),
        random,
        np.ones(len(person), dtype=bool),
    ).drop("person", "unit")
    country.log.add("vss", "contribution", joined(frame["si_number"], frame["month"]), "cancelled_month")
    cancelled = _shift(frame["updated_at"], pl.Series(random.integers(1, 3, len(person))))
    return [
        frame.with_columns(pl.lit(1).alias("version"), pl.lit("declared").alias("change_type")),
        frame.with_columns(
            pl.lit(2).alias("version"), pl.lit("cancelled").alias("change_type"), cancelled.alias("updated_at")
        ),
    ]


def _payable(frame: pl.DataFrame) -> pl.Series:
    return frame.select(pl.sum_horizontal(_AMOUNTS)).to_series()


def _shift(moment: pl.Series, months: pl.Series) -> pl.Series:
    frame = pl.DataFrame({"t": moment, "n": months})
    return frame.select(pl.col("t").dt.offset_by(pl.concat_str(pl.col("n").cast(pl.String), pl.lit("mo")))).to_series()


def _same(text: str, size: int) -> pl.Series:
    return pl.repeat(text, size, eager=True)
