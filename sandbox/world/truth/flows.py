"""Indicators of a whole period: distinct persons, decisions, visits and their cost."""

from __future__ import annotations

import numpy as np
import polars as pl

from sandbox.world.benefits import BENEFITS, CONVALESCENCE, MATERNITY, ONE_TIME, SICKNESS, SOCIAL, SUPPORT, UNEMPLOYMENT
from sandbox.world.country import Country
from sandbox.world.tools import Array
from sandbox.world.truth.cells import Cells, count, leaves, moved_to
from sandbox.world.truth.known import Known
from sandbox.world.truth.people import unemployed

_YEARS = ["Y_LT1", "Y1T4", "Y5T9", "Y10T14", "Y15T19", "Y_GE20"]
_KINDS = ["training", "counselling", "placement"]
_CARE = ["01", "02", "03"]


class Flows:
    """Adds the indicators of one period: a month, a quarter or a year that the window holds whole."""

    def __init__(self, country: Country, cells: Cells) -> None:
        facts, window = country.facts, country.window
        self._country, self._cells = country, cells
        self._decisions = _in_months(country, facts.look("decision"), "decided")
        self._support = _in_months(country, facts.look("support"), "day")
        self._claims = facts.look("claim").filter(pl.col("sent") < window.size).rename({"discharged": "month"})
        self._payments = facts.look("payment").filter(~pl.col("kind").is_in([SOCIAL, SUPPORT]))
        self._beginners = _in_months(country, facts.look("member").drop_nulls("first_month"), "first_month")

    def add(self, freq: str, period: str, months: range) -> None:
        """Add the figures of a period, given the positions of its months."""
        self._period, self._months = {freq: period}, pl.col("month").is_between(months.start, months.stop - 1)
        self._leaf = leaves(self._country, months.stop - 1)
        if freq in "MA":
            self._one_time()
            self._short_benefits()
            self._active_measures()
            self._visits()
        if freq == "M":
            self._new(months.start)
            self._paid_by_account()
        if freq in "QA":
            self._copayment()
        if freq == "Q":
            self._unemployed(months)
            self._evasion(months)
        if freq == "A":
            self._maternity(months)

    def _cases(self, rows: pl.DataFrame) -> Array:
        """Return how many rows there are, in the province of each."""
        return count(moved_to(self._leaf[rows["person"].to_numpy()], rows["province"].to_numpy()))

    def _persons(self, rows: pl.DataFrame) -> Array:
        """Return how many persons there are, each once, in the province of the last row."""
        return self._cases(rows.unique("person", keep="last", maintain_order=True))

    def _put(self, indicator: str, counted: Array, breakdown: str = "_T", category: str = "_T") -> None:
        self._cells.add(indicator, self._period, counted, None, breakdown, category)

    def _one_time(self) -> None:
        rows = self._decisions.filter(self._months, pl.col("kind") == ONE_TIME).sort("decided", maintain_order=True)
        years = np.searchsorted([1, 5, 10, 15, 20], rows["months"].to_numpy() // 12, side="right")
        self._put("ONETIME", self._persons(rows))
        for code, label in enumerate(_YEARS):
            self._put("ONETIME", self._persons(rows.filter(pl.Series(years == code))), "years_contributed", label)
        self._put("ONETIME", self._persons(rows), "measure", "persons")
        self._put("ONETIME", self._cases(rows), "measure", "cases")

    def _short_benefits(self) -> None:
        kinds = [SICKNESS, MATERNITY, CONVALESCENCE]
        rows = self._decisions.filter(self._months, pl.col("kind").is_in(kinds)).sort("decided", maintain_order=True)
        self._put("SICK_MAT", self._cases(rows))
        for kind in kinds:
            self._put("SICK_MAT", self._cases(rows.filter(kind=kind)), "benefit_type", BENEFITS[kind])
        self._put("SICK_MAT", self._persons(rows), "measure", "persons")
        self._put("SICK_MAT", self._cases(rows), "measure", "cases")

    def _active_measures(self) -> None:
        rows = self._support.filter(self._months).sort("day", maintain_order=True)
        self._put("UI_ACTIVE", self._persons(rows))
        self._put("UI_ACTIVE", self._persons(rows), "measure", "persons")
        for code, label in enumerate(_KINDS):
            self._put("UI_ACTIVE", self._cases(rows.filter(kind=code)), "measure", label)

    def _visits(self) -> None:
        rows = self._claims.filter(self._months)
        self._put("HI_VISITS", self._cases(rows))
        for code, label in enumerate(_CARE, start=1):
            self._put("HI_VISITS", self._cases(rows.filter(care=code)), "care_type", label)
        place = moved_to(self._leaf[rows["person"].to_numpy()], rows["province"].to_numpy())
        fund = (rows["amount_insured_scope"] - rows["amount_copaid"]).to_numpy()
        self._put("HI_VISITS", self._cases(rows), "measure", "visits")
        self._put("HI_VISITS", count(place, rows["amount_total"].to_numpy()), "measure", "cost")
        self._put("HI_VISITS", count(place, fund), "measure", "fund")

    def _copayment(self) -> None:
        rows = self._claims.filter(self._months)
        place = moved_to(self._leaf[rows["person"].to_numpy()], rows["province"].to_numpy())
        paid = (rows["amount_copaid"] + rows["amount_patient"]).to_numpy()
        self._cells.add("HI_COPAY", self._period, count(place, paid), count(place, rows["amount_total"].to_numpy()))

    def _new(self, month: int) -> None:
        person = self._beginners.filter(month=month)["person"].to_numpy()
        person = person[self._country.people.present(self._country.window, month)[person]]
        employed = self._country.work.employer[person, month] >= 0
        self._put("NEW_PART", count(self._leaf[person]))
        for code, label in enumerate(("VOLUNTARY", "COMPULSORY")):
            self._put("NEW_PART", count(self._leaf[person[employed == code]]), "scheme", label)

    def _paid_by_account(self) -> None:
        rows = self._payments.filter(self._months, "urban").sort("amount", maintain_order=True)
        paid = self._persons(rows)
        self._cells.add("NONCASH_URB", self._period, self._persons(rows.filter("account")), paid)
        largest = rows.unique("person", keep="last", maintain_order=True)
        by_account = largest.filter(pl.col("person").is_in(rows.filter("account")["person"].implode()))
        for kind in sorted(set(largest["kind"])):
            self._cells.add(
                "NONCASH_URB", self._period, self._cases(by_account.filter(kind=kind)),
                self._cases(largest.filter(kind=kind)), "benefit_type", BENEFITS[kind],
            )  # fmt: skip

    def _maternity(self, months: range) -> None:
        """Women who gave birth, once in the month of the first birth, and those whose benefit is decided by the end."""
        people, benefits, window = self._country.people, self._country.benefits, self._country.window
        born = window.index(people.birth[people.residents :])
        nobody = self._leaf[:0]
        mothers, receivers = count(nobody), count(nobody)
        granted = np.zeros(people.size, dtype=bool)
        decided = benefits.decided <= window.last_days[window.size - 1]
        granted[benefits.person[(benefits.kind == MATERNITY) & decided]] = True
        seen = np.zeros(people.size, dtype=bool)
        for month in months:
            mother = np.unique(people.mother[people.residents :][born == month])
            mother = mother[~seen[mother] & people.present(window, month)[mother]]
            seen[mother] = True
            leaf = leaves(self._country, month)
            mothers += count(leaf[mother])
            receivers += count(leaf[mother[granted[mother]]])
        self._cells.add("MATNL_COV", self._period, receivers, mothers)

    def _unemployed(self, months: range) -> None:
        """The mean of the month ends of a quarter."""
        ends = [Known(self._country, month) for month in months]
        receive = np.mean([known.count(known.benefits[UNEMPLOYMENT]) for known in ends], axis=0)
        without = np.mean([unemployed(known.count(known.labour_force)) for known in ends], axis=0)
        self._cells.add("UNEMP_COV", self._period, receive, without)

    def _evasion(self, months: range) -> None:
        """Employees without a month of compulsory insurance, of all employees."""
        people, work, window, last = self._country.people, self._country.work, self._country.window, months.stop - 1
        insured = (work.employer[:, months.start : months.stop] >= 0).any(axis=1)
        obliged = (insured | (work.evading >= 0)) & people.present(window, last) & ~people.armed
        obliged &= (window.age_months(people.birth, last) >= 180) & ~window.past_retirement(
            people.birth, people.male, last
        )
        self._cells.add("EVASION_GAP", self._period, count(self._leaf[obliged & ~insured]), count(self._leaf[obliged]))


def _in_months(country: Country, rows: pl.DataFrame, day: str) -> pl.DataFrame:
    """Return rows with the position of the month of a day."""
    return rows.with_columns(pl.Series("month", country.window.index(rows[day].to_numpy())))
