"""Indicators of a month's end, which are those of the quarter and of the year that end with it."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from sandbox.world.benefits import BENEFITS, PENSION_LIKE
from sandbox.world.calendar import VSIC_CHANGE
from sandbox.world.country import Country
from sandbox.world.employers import OWNERSHIPS
from sandbox.world.health_cover import PAYER
from sandbox.world.tools import Array, read_csv
from sandbox.world.truth.cells import Cells
from sandbox.world.truth.known import Known
from sandbox.world.truth.people import unemployed

_FREQS = {
    "SI_NUM": "M", "HI_NUM": "M", "LINK_RATE": "M", "VSSID_COV": "M", "CCCD_HI": "M", "SI_ECARD": "M",
    "SUBSIDY_VOL": "M", "WKINJ_COV": "A", "ANY_COV": "A",
}  # fmt: skip
"""What is published of an indicator; months and years where it is not named."""
_POVERTY = ["OTHER", "NEAR_POOR", "POOR"]

Breakdown = tuple[Array, list[str]]
"""The code of each person, negative for none, and the categories that the codes stand for."""


class Stocks:
    """Adds the indicators month by month."""

    def __init__(self, country: Country, cells: Cells) -> None:
        self._country, self._cells = country, cells
        size = country.people.size
        self._account, self._verified, self._book = (_by_person(country, *what, size) for what in _DAYS)
        cards = country.facts.look("card").filter("electronic")
        self._e_card = cards["person"].to_numpy(), cards["first"].to_numpy(), cards["last"].to_numpy()

    def add(self, month: int) -> None:
        """Add the figures of a month's end."""
        self._known = Known(self._country, month)
        self._periods = self._country.window.periods_ending(month)
        self._contributors()
        self._health()
        self._old_age()
        self._reach()
        self._work()

    def _put(self, indicator: str, persons: Array, base: Array | None = None, **breakdowns: Breakdown) -> None:
        """Add the persons of a mask, in per cent of a base where there is one, and by category."""
        freqs = _FREQS.get(indicator, "MA")
        periods = {freq: period for freq, period in self._periods.items() if freq in freqs}
        if not periods:
            return
        self._cells.add(indicator, periods, self._known.count(persons), base)
        for name, (codes, labels) in breakdowns.items():
            for code, label in enumerate(labels):
                counted = self._known.count(persons & (codes == code))
                self._cells.add(indicator, periods, counted, base, name, label)

    def _contributors(self) -> None:
        known = self._known
        base = known.count(known.working_age_force)
        scheme = np.where(known.compulsory, 0, 1), ["COMPULSORY", "VOLUNTARY"]
        section, ownership = self._employers()
        both: dict[str, Any] = {"vsic_section": section, "ownership": ownership}
        only_voluntary = known.voluntary & ~known.compulsory
        self._put("SI_COV", known.insured, base, scheme=scheme, urbanisation=self._urban(), **both)
        self._put("SI_COV_COMP", known.compulsory, base, urbanisation=self._urban(), **both)
        self._put("SI_COV_VOL", only_voluntary, base, urbanisation=self._urban())
        self._put("SI_NUM", known.insured, scheme=scheme, urbanisation=self._urban(), **both)
        self._put("UI_COV", known.unemployment_insured, base, urbanisation=self._urban(), **both)
        self._put("SUBSIDY_VOL", known.voluntary, poverty=(self._country.people.poverty, _POVERTY))

    def _health(self) -> None:
        known = self._known
        payer = PAYER[known.cover].astype(np.int64) - 1, ["1", "2", "3", "4", "5"]
        self._put("HI_COV", known.covered, known.count(known.present), payer_group=payer, urbanisation=self._urban())
        self._put("HI_NUM", known.covered, payer_group=payer)
        verified = self._verified <= known.last_day
        self._put("CCCD_HI", known.covered & verified, known.count(known.covered))

    def _old_age(self) -> None:
        known = self._known
        base = known.count(known.past_retirement)
        kind = np.where(known.benefits.any(axis=0), known.benefits.argmax(axis=0), -1)
        benefit = kind, [BENEFITS[code] for code in np.flatnonzero(PENSION_LIKE)]
        self._put("PENS_COV", known.past_retirement & known.pension_like, base, benefit_type=benefit)
        protected = known.insured | known.benefits.any(axis=0)
        self._put("ANY_COV", protected, known.count(known.present))

    def _reach(self) -> None:
        """Who is known by number, by account, by electronic papers."""
        known = self._known
        civil = known.count(known.participant)
        self._put("LINK_RATE", known.participant, civil)  # everybody who takes part is in the population register
        member = known.insured | known.covered
        members = known.count(member)
        person, first, last = self._e_card
        e_card = np.zeros(len(member), dtype=bool)
        e_card[person[(first <= known.month) & (known.month <= last)]] = True
        e_card &= known.covered
        e_book = known.insured & (self._book <= known.last_day)
        self._put("SI_ECARD", e_card | e_book, members)
        self._put("VSSID_COV", member & (self._account <= known.last_day), members)

    def _work(self) -> None:
        force = self._known.count(self._known.labour_force)
        self._put("WKINJ_COV", self._known.compulsory, force - unemployed(force))

    def _urban(self) -> Breakdown:
        country, geography = self._country, self._country.geography
        ward = country.people.ward(self._known.last_day)
        merged = country.window.merged(self._known.month)
        urban = geography.ward34_urban[geography.ward_to34[ward]] if merged else geography.ward63_urban[ward]
        return urban.astype(np.int64), ["R", "U"]

    def _employers(self) -> tuple[Breakdown, Breakdown]:
        """Return the industry and the ownership of each person's employer."""
        employers, unit, table = self._country.employers, self._known.unit, read_csv("industries.csv")
        codes = table["code_2025" if self._known.last_day >= VSIC_CHANGE else "code_2018"].str.slice(0, 1)
        sections = codes.unique().sort().to_list()
        place = codes.replace_strict(sections, range(len(sections)), return_dtype=pl.Int64).to_numpy()
        return (
            (np.where(unit >= 0, place[employers.industry[unit]], -1), sections),
            (np.where(unit >= 0, employers.ownership[unit], -1), OWNERSHIPS),
        )


_DAYS = (("account", "installed"), ("member", "verified"), ("member", "e_book"))


def _by_person(country: Country, fact: str, column: str, size: int) -> Array:
    """Return a day of each person that a fact tells, never where it tells none."""
    rows = country.facts.look(fact)
    if fact == "account":
        rows = rows.filter("active")
    result = np.full(size, np.datetime64("NaT", "D"))
    result[rows["person"].to_numpy()] = rows[column].to_numpy()
    return result
