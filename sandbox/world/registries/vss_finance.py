"""The finance ledger of VSS: what the other ledgers took in and paid out, by month, province and fund."""

from __future__ import annotations

import numpy as np
import polars as pl

from sandbox.world.benefits import BENEFITS
from sandbox.world.calendar import BASE_SALARY
from sandbox.world.country import Country
from sandbox.world.health_cover import CH, DN, NONE
from sandbox.world.output import Tables
from sandbox.world.registries.labour import TRAINING_AMOUNT
from sandbox.world.tools import Array, texts

FUNDS = ["SI", "OA", "UI", "HI"]
_SI, _OA, _UI, _HI = range(4)
_HI_RATE = 0.045
# The fund that pays a benefit; social pension and social support come from the State budget.
_BENEFIT_FUND = np.array(
    [
        {"work_injury": _OA, "unemployment": _UI, "social_pension": -1, "social_support": -1}.get(b, _SI)
        for b in BENEFITS
    ]
)


def write_finance(country: Country, tables: Tables) -> None:
    """Write the ledger, a booking for each month, province of the list in force, and fund; the other ledgers first."""
    geography, window = country.geography, country.window
    contributions, expenditure = _contributions(country), _expenditure(country)
    revenue = contributions + _cards(country)
    for month in range(window.size):
        merged = window.merged(month)
        codes = geography.province34 if merged else geography.province63
        place = geography.to34 if merged else np.arange(len(codes))
        sums = []
        for account in (revenue, contributions, expenditure):
            total = np.zeros((len(codes), len(FUNDS)), dtype=np.int64)
            np.add.at(total, place, account[month])
            sums.append(total.ravel())
        closed = window.last_days[month].astype("datetime64[us]") + np.timedelta64(17, "h")
        tables.write(
            "vss",
            "finance",
            pl.DataFrame(
                {
                    "province_code": texts(codes, np.repeat(np.arange(len(codes)), len(FUNDS))),
                    "fund": FUNDS * len(codes),
                    "revenue": sums[0],
                    "revenue_contributions": sums[1],
                    "expenditure": sums[2],
                }
            ).with_columns(
                pl.lit(window.first_days[month].item()).alias("month"),
                pl.lit("34" if merged else "63").alias("area_list"),
                pl.lit(closed.item()).alias("updated_at"),
            ),
        )


def _account(country: Country) -> Array:
    """Return an empty account: VND by month, province (63 list) and fund."""
    return np.zeros((country.window.size, len(country.geography.province63), len(FUNDS)), dtype=np.int64)


def _contributions(country: Country) -> Array:
    """Return contributions in the month of payment and the province of the unit."""
    account, paid = _account(country), country.facts.look("contribution")
    paid = paid.filter(pl.col("paid_month") < country.window.size)
    place = (paid["paid_month"].to_numpy(), country.employers.province[paid["unit"].to_numpy()])
    for fund, column in ((_SI, "si_amount"), (_OA, "oa_amount"), (_UI, "ui_amount"), (_HI, "hi_amount")):
        np.add.at(account[:, :, fund], place, paid[column].to_numpy())
    return account


def _cards(country: Country) -> Array:
    """Return what the State budget, the SI fund and families pay for the cards of those who are not employed."""
    account = _account(country)
    for month in range(country.window.size):
        group = country.cover[:, month]
        person = np.flatnonzero((group != NONE) & (group != DN) & (group != CH))
        day = np.full(len(person), country.window.last_days[month])
        province = country.geography.ward63_province[country.ward(person, day)]
        cards = np.bincount(province, minlength=account.shape[1])
        account[month, :, _HI] = np.round(cards * BASE_SALARY * _HI_RATE)
    return account


def _expenditure(country: Country) -> Array:
    """Return benefits in the month that is paid for, training support, and what the fund pays for care that ended."""
    account, window = _account(country), country.window
    paid = country.facts.look("payment")
    paid = paid.with_columns(pl.Series("fund", _BENEFIT_FUND[paid["kind"].to_numpy()])).filter(pl.col("fund") >= 0)
    place = tuple(paid[name].to_numpy() for name in ("month", "province", "fund"))
    np.add.at(account, place, paid["amount"].to_numpy())
    training = country.facts.look("support").filter(pl.col("kind") == 0)
    month, province = window.index(training["day"].to_numpy()), training["province"].to_numpy()
    inside = month < window.size
    np.add.at(account[:, :, _UI], (month[inside], province[inside]), TRAINING_AMOUNT)
    claim = country.facts.look("claim").filter(pl.col("discharged") < window.size)
    fund = (claim["amount_insured_scope"] - claim["amount_copaid"]).to_numpy()
    np.add.at(account[:, :, _HI], (claim["discharged"].to_numpy(), claim["province"].to_numpy()), fund)
    return account
