"""The VSS ledger of participants, and which number stands for whom in the other ledgers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from sandbox.world.calendar import SI_NUMBER_CHANGE, coverage_path
from sandbox.world.country import Country
from sandbox.world.output import Tables
from sandbox.world.tools import NEVER, Array, days, digits, office_time, top


@dataclass(frozen=True)
class Members:
    """How VSS knows each person: whether and since when, the day its number was verified, the name it writes."""

    known: Array
    since: Array
    verified_on: Array
    name: pl.Series
    number: pl.Series
    birth: pl.Series
    sex: pl.Series

    def si_numbers(self, country: Country, person: Array, day: Array, second: Array | None = None) -> pl.Series:
        """Return the number in what is recorded on each day: from 2025-08-01 the personal number, once verified.

        Args:
            second: whether the person's second number is used, where there is one.
        """
        plain = country.si_number[person]
        if second is not None:
            plain = np.where(second & (country.second_si_number[person] >= 0), country.second_si_number[person], plain)
        changed = (day >= SI_NUMBER_CHANGE) & (self.verified_on[person] <= day)
        frame = pl.DataFrame({"old": digits(plain, 10), "new": digits(country.people.number[person], 12), "c": changed})
        return frame.select(pl.when("c").then("new").otherwise("old")).to_series()


def write_members(country: Country, tables: Tables) -> Members:
    """Write participants; return how VSS knows its members."""
    random = country.random("vss.members")
    people, window, work = country.people, country.window, country.work
    insured = (work.employer >= 0) | work.voluntary
    related = insured | (country.cover > 0)
    receives = np.zeros(people.size, dtype=bool)
    receives[country.benefits.person] = True
    first = np.where(related.any(axis=1), related.argmax(axis=1), 0)
    known = related.any(axis=1) | receives
    past = days(window.start, -random.integers(20, 3000, people.size))
    joined = window.first_days[first]
    since = np.where(
        (first > 0) | (people.birth >= window.start),
        np.maximum(joined, days(people.birth, random.integers(1, 25, people.size))),
        np.maximum(past, days(people.birth, np.full(people.size, 5))),
    )

    member = np.flatnonzero(known)
    wrong = country.mistakes("vss", "participant", digits(country.si_number[member], 10))
    number, useless = wrong.numbers(people.number[member], people.old_card[member])
    # Verification follows the published rate: useless numbers wait for a repair, and some right ones for other reasons.
    rate = coverage_path("verified", window) / 100
    civil = ~people.armed[member]
    waiting = useless | top(
        random.random(len(member)),
        civil & ~useless,
        round((1 - rate[0]) * int(civil.sum())) - int((useless & civil).sum()),
    )
    repairs = max(int((waiting & civil).sum()) - round((1 - rate[-1]) * int(civil.sum())), 0)
    repaired = np.flatnonzero(top(random.random(len(member)), waiting & civil, repairs))
    verified_on = np.full(people.size, NEVER)
    at_once = np.flatnonzero(civil & ~waiting)
    verified_on[member[at_once]] = since[member[at_once]]
    verified_on[member[repaired]] = np.maximum(
        days(window.start, random.integers(0, window.days - 3, len(repaired))),
        days(since[member[repaired]], np.full(len(repaired), 5)),
    )

    name = wrong.names(people.name.gather(member))
    birth, year_only = wrong.birth_dates(people.birth[member], "vn")
    sex = wrong.sex(people.male[member], (1, 0, 0))
    day = since[member]
    ever = insured[member].any(axis=1)
    old = insured[member, 0]
    first_month = np.where(
        old,
        days(window.start, -random.integers(30, 5000, len(member))),
        window.first_days[insured[member].argmax(axis=1)],
    )
    floor = (people.birth[member].astype("datetime64[Y]") + 18).astype("datetime64[D]")
    first_month = np.minimum(np.maximum(first_month, floor), np.where(old, window.start, first_month))
    province = country.geography.ward63_province[country.ward(member, day)]
    taxed = country.tax_code[member]
    tax = (
        digits(taxed, 10)
        .to_frame("t")
        .select(pl.when(pl.Series((taxed >= 0) & (random.random(len(member)) < 0.8))).then("t"))
        .to_series()
    )
    state = pl.DataFrame(
        {
            "person": member,
            "si_number": digits(country.si_number[member], 10),
            "personal_number": number,
            "full_name": name,
            "birth_date": birth,
            "birth_year_only": year_only,
            "sex": sex,
            "ethnicity_code": digits(people.ethnicity[member], 2),
            "nationality_code": pl.repeat("000", len(member), eager=True),
            "tax_code": tax,
            "household_code": "HGD" + digits(people.household[member] + 1, 9),
            **country.areas(province, day),
            "armed_forces": people.armed[member],
            "personal_number_verified": verified_on[member] <= day,
            "first_month": np.where(ever, first_month.astype("datetime64[M]").astype("datetime64[D]"), NEVER),
            "e_book": random.random(len(member)) < 0.35,
            "updated_at": office_time(random, day),
        }
    )

    fixed_on = verified_on[member[repaired]]
    fixed = state[repaired].with_columns(
        pl.Series("personal_number", digits(people.number[member[repaired]], 12)),
        pl.lit(True).alias("personal_number_verified"),
        pl.Series("updated_at", office_time(random, fixed_on)),
    )
    starters = np.flatnonzero(ever & ~old & ~((insured[member].argmax(axis=1) == first[member]) & (first[member] > 0)))
    begun = days(window.first_days[insured[member[starters]].argmax(axis=1)], random.integers(0, 20, len(starters)))
    state_before = state.with_columns(
        pl.Series(
            "first_month", np.where(np.isin(np.arange(len(member)), starters), NEVER, state["first_month"].to_numpy())
        )
    )
    begins = state[starters].with_columns(pl.Series("updated_at", office_time(random, begun)))
    doubles = np.flatnonzero(country.second_si_number[member] >= 0)
    second = state[doubles].with_columns(
        pl.Series("si_number", digits(country.second_si_number[member[doubles]], 10)),
        pl.Series("updated_at", office_time(random, days(window.start, -random.integers(1, 2000, len(doubles))))),
    )
    country.log.add("vss", "participant", second["si_number"], "several_si_numbers")
    digital = np.flatnonzero(ever & ~state["e_book"].to_numpy() & (random.random(len(member)) < 0.5))
    books = state[digital].with_columns(
        pl.lit(True).alias("e_book"),
        pl.Series(
            "updated_at",
            office_time(
                random, np.maximum(days(window.start, random.integers(1, window.days, len(digital))), day[digital] + 40)
            ),
        ),
    )
    # Each later state keeps what an earlier one brought: the newest verification and first month.
    again = state[np.flatnonzero(wrong.pick("duplicate_record"))].with_columns(
        pl.col("updated_at") + pl.duration(days=2)
    )
    later = _with_verification(pl.concat([begins, books, again]), member[repaired], verified_on, people.number)
    invalid = np.flatnonzero(wrong.pick("invalid_record"))
    half = random.random(len(invalid)) < 0.5
    broken = state_before[invalid].with_columns(
        pl.Series("sex", np.where(half, 9, state_before[invalid]["sex"].to_numpy())),
        pl.Series("birth_date", state_before[invalid]["birth_date"].scatter(np.flatnonzero(~half), "31/02/19x0")),
    )
    soon = state_before[invalid].with_columns(pl.col("updated_at") + pl.duration(days=9))
    sound = np.setdiff1d(np.arange(len(member)), invalid)
    tables.write(
        "vss", "participant", pl.concat([state_before[sound], broken, soon, fixed, later, second]), person="person"
    )
    _keys(country, tables, member, verified_on)
    return Members(
        known,
        since,
        verified_on,
        _spread(people.size, member, name),
        _spread(people.size, member, number),
        _spread(people.size, member, birth),
        _spread(people.size, member, sex),
    )


def _spread(size: int, member: Array, values: pl.Series) -> pl.Series:
    place = np.full(size, -1)
    place[member] = np.arange(len(member))
    series = pl.Series(place)
    return values.gather(series.set(series < 0, None))


def _with_verification(frame: pl.DataFrame, repaired: Array, verified_on: Array, true_number: Array) -> pl.DataFrame:
    person = frame["person"].to_numpy()
    done = verified_on[person] <= frame["updated_at"].dt.date().to_numpy()
    mended = np.isin(person, repaired) & done
    return frame.with_columns(
        pl.when(pl.Series(mended))
        .then(digits(true_number[person], 12))
        .otherwise(pl.col("personal_number"))
        .alias("personal_number"),
        pl.Series("personal_number_verified", done),
    )


def _keys(country: Country, tables: Tables, member: Array, verified_on: Array) -> None:
    """Write whose contributions are whose, under each number that occurs in them."""
    insured = ((country.work.employer >= 0) | country.work.voluntary).any(axis=1)
    person = np.intersect1d(member, np.flatnonzero(insured))
    double = person[country.second_si_number[person] >= 0]
    verified = person[verified_on[person] == verified_on[person]]
    for who, key in (
        (person, digits(country.si_number[person], 10)),
        (double, digits(country.second_si_number[double], 10)),
        (verified, digits(country.people.number[verified], 12)),
    ):
        tables.record("vss", "contribution", pl.DataFrame({"record_key": key, "person": who}))
