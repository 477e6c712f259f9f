"""The VSS ledger of participants, and which number stands for whom in the other ledgers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from sandbox.world.calendar import SI_NUMBER_CHANGE, coverage_path
from sandbox.world.country import Country
from sandbox.world.errors import Mistakes
from sandbox.world.output import Tables
from sandbox.world.tools import NEVER, Array, days, digits, office_time, optional_digits, top


@dataclass(frozen=True)
class Members:
    """How VSS knows each person: whether, since when, the day its number was verified, the number as first written."""

    known: Array
    since: Array
    verified_on: Array
    number: pl.Series

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
    random, people, window = country.random("vss.members"), country.people, country.window
    insured = (country.work.employer >= 0) | country.work.voluntary
    known, since = _since(country, random, insured)
    member = np.flatnonzero(known)
    wrong = country.mistakes("vss", "participant", digits(country.si_number[member], 10))
    number, useless = wrong.numbers(people.number[member], people.old_card[member])
    verified_on = _verified_on(country, random, member, since, useless)
    ledger = _Ledger(country, random, wrong, member, number, useless, verified_on, insured)

    day, within = since[member], days(window.start, random.integers(1, window.days - 1, len(member)))
    first = np.arange(len(member))
    starters = np.flatnonzero(ledger.first_month > day)
    begun = days(ledger.first_month[starters], random.integers(0, 20, len(starters)))
    mended = np.flatnonzero(verified_on[member] > day)
    digital = np.flatnonzero(ledger.e_book_on > day)
    again = np.flatnonzero(wrong.pick("duplicate_record"))
    doubles = np.flatnonzero(country.second_si_number[member] >= 0)
    second = ledger.states(doubles, np.minimum(within[doubles], days(window.start, np.full(len(doubles), -1))))
    second = second.with_columns(pl.Series("si_number", digits(country.second_si_number[member[doubles]], 10)))
    country.log.add("vss", "participant", second["si_number"], "several_si_numbers")
    # What cannot be used is declared again, right, some days later.
    bad = np.flatnonzero(wrong.pick("invalid_record"))
    half = random.random(len(bad)) < 0.5
    opening = ledger.states(first, day)
    opening = opening.with_columns(
        pl.Series("sex", opening["sex"].scatter(bad[half], 9)),
        pl.Series("birth_date", opening["birth_date"].scatter(bad[~half], "31/02/19x0")),
    )
    later = [
        (bad, day[bad] + 9),
        (starters, begun),
        (mended, verified_on[member[mended]]),
        (digital, ledger.e_book_on[digital]),
        (again, day[again] + 2),
    ]
    frames = [opening, second, *(ledger.states(rows, days_) for rows, days_ in later)]
    tables.write("vss", "participant", pl.concat(frames), person="person")
    _keys(country, tables, member, verified_on)
    country.facts.note(
        "member",
        pl.DataFrame(
            {
                "person": member,
                "first_month": ledger.first_month,
                "e_book": ledger.e_book_on,
                "verified": verified_on[member],
            }
        ),
    )
    place = np.full(people.size, -1)
    place[member] = first
    places = pl.Series(place)
    return Members(known, since, verified_on, number.gather(places.set(places < 0, None)))


def _since(country: Country, random: np.random.Generator, insured: Array) -> tuple[Array, Array]:
    """Return who is known to VSS, and the first day: with the first month of insurance, or long before the window."""
    people, window = country.people, country.window
    related = insured | (country.cover > 0)
    receives = np.zeros(people.size, dtype=bool)
    receives[country.benefits.person] = True
    first = np.where(related.any(axis=1), related.argmax(axis=1), 0)
    fresh = (first > 0) | (people.birth >= window.start)
    at_birth = days(people.birth, random.integers(1, 25, people.size))
    past = np.maximum(days(window.start, -random.integers(20, 3000, people.size)), people.birth + 5)
    known = related.any(axis=1) | receives
    return known, np.where(fresh, np.maximum(window.first_days[first], at_birth), past)


def _verified_on(country: Country, random: np.random.Generator, member: Array, since: Array, useless: Array) -> Array:
    """Return the day on which each number was verified against the population database, by the published rate.

    Useless numbers wait for a repair, and some right ones for other reasons; the armed forces are outside.
    """
    window, rate = country.window, coverage_path("verified", country.window) / 100
    civil, size = ~country.people.armed[member], len(member)
    short = round((1 - rate[0]) * int(civil.sum())) - int((useless & civil).sum())
    waiting = (useless & civil) | top(random.random(size), civil & ~useless, short)
    repairs = int(waiting.sum()) - round((1 - rate[-1]) * int(civil.sum()))
    repaired = member[top(random.random(size), waiting, repairs)]
    verified_on = np.full(country.people.size, NEVER)
    at_once = member[civil & ~waiting]
    verified_on[at_once] = since[at_once]
    later = days(window.start, random.integers(0, max(window.days - 3, 1), len(repaired)))
    verified_on[repaired] = np.maximum(later, since[repaired] + 5)
    return verified_on


class _Ledger:
    """What the ledger says about its members on any day."""

    def __init__(
        self,
        country: Country,
        random: np.random.Generator,
        wrong: Mistakes,
        member: Array,
        number: pl.Series,
        useless: Array,
        verified_on: Array,
        insured: Array,
    ) -> None:
        people, window, size = country.people, country.window, len(member)
        self._country, self._random, self._member = country, random, member
        self._number, self._useless, self._verified_on = number, useless, verified_on[member]
        self._name = wrong.names(people.name.gather(member))
        self._birth, self._year_only = wrong.birth_dates(people.birth[member], "vn")
        self._sex = wrong.sex(people.male[member], (1, 0, 0))
        coded = random.random(size) < 0.8
        self._tax_code = optional_digits(np.where(coded, country.tax_code[member], -1), 10)

        ever, before = insured[member].any(axis=1), insured[member, 0]
        adult = (people.birth[member].astype("datetime64[Y]") + 18).astype("datetime64[D]")
        past = np.minimum(np.maximum(days(window.start, -random.integers(30, 5000, size)), adult), window.start)
        begin = np.where(before, past, window.first_days[insured[member].argmax(axis=1)])
        begin = begin.astype("datetime64[M]").astype("datetime64[D]")
        self.first_month = np.where(ever, begin, NEVER)
        shift = np.where(random.random(size) < 0.4, -3000, random.integers(1, 2 * window.days, size))
        self.e_book_on = np.where(ever, np.maximum(days(window.start, shift), self.first_month + 20), NEVER)

    def states(self, rows: Array, day: Array) -> pl.DataFrame:
        """Return the members as they stand in the ledger at the end of these days."""
        country, person = self._country, self._member[rows]
        people, verified = country.people, self._verified_on[rows] <= day
        number = pl.DataFrame({"w": self._number.gather(rows), "r": digits(people.number[person], 12)})
        # A useless number was repaired before it was verified; a lost leading zero does not stand in the way.
        mended = pl.Series(verified & self._useless[rows])
        right = number.select(pl.when(mended).then("r").otherwise("w")).to_series()
        return pl.DataFrame(
            {
                "person": person,
                "si_number": digits(country.si_number[person], 10),
                "personal_number": right,
                "full_name": self._name.gather(rows),
                "birth_date": self._birth.gather(rows),
                "birth_year_only": self._year_only[rows],
                "sex": self._sex.gather(rows),
                "ethnicity_code": digits(people.ethnicity[person], 2),
                "nationality_code": pl.repeat("000", len(rows), eager=True),
                "tax_code": self._tax_code.gather(rows),
                "household_code": "HGD" + digits(people.household[person] + 1, 9),
                **country.areas(country.geography.ward63_province[country.ward(person, day)], day),
                "armed_forces": people.armed[person],
                "personal_number_verified": verified,
                "first_month": np.where(self.first_month[rows] <= day, self.first_month[rows], NEVER),
                "e_book": self.e_book_on[rows] <= day,
                "updated_at": office_time(self._random, day),
            }
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
