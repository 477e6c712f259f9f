"""The tax registry: payers, and the yearly returns of wage income with their amendments."""

from __future__ import annotations

import numpy as np
import polars as pl

from sandbox.world.calendar import CONTRIBUTION_CAP, MERGER, VSIC_CHANGE
from sandbox.world.country import Country
from sandbox.world.employers import OWNERSHIPS, UNIT
from sandbox.world.output import Tables
from sandbox.world.tools import Array, days, digits, office_time, ranges, read_csv, texts

SELF_DEDUCTION, DEPENDANT_DEDUCTION = 11_000_000 * 12, 4_400_000 * 12
_BRACKETS = np.array([0, 60, 120, 216, 384, 624, 960]) * 1_000_000
_RATES = np.array([0.05, 0.10, 0.15, 0.20, 0.25, 0.30, 0.35])


def write_tax(country: Country, tables: Tables) -> None:
    """Write payers, and the returns of each year that fall due in the window."""
    _payers(country, tables)
    years = sorted({int(month[:4]) - 1 for month in country.window.months})
    for year in years:
        _returns(country, tables, year)


def _payers(country: Country, tables: Tables) -> None:
    random, employers, window = country.random("tax.payer"), country.employers, country.window
    industries = read_csv("industries.csv")
    firms = np.flatnonzero(employers.ownership != UNIT)

    def states(rows: Array, seen: Array) -> pl.DataFrame:
        new = seen >= VSIC_CHANGE
        codes = industries["code_2018"].to_list() + industries["code_2025"].to_list()
        return pl.DataFrame(
            {
                "tax_code": employers.tax_code.gather(rows),
                "name": employers.name.gather(rows),
                **country.areas(employers.province[rows], seen),
                "vsic_code": texts(codes, employers.industry[rows] + new * industries.height),
                "vsic_version": texts(["2018", "2025"], new.astype(np.int64)),
                "ownership": texts(OWNERSHIPS, employers.ownership[rows]),
                "status": pl.repeat("active", len(rows), eager=True),
                "registered_date": employers.registered[rows],
                "updated_at": office_time(random, seen),
            }
        )

    first = states(
        firms, np.maximum(days(window.start, -random.integers(1, 1500, len(firms))), employers.registered[firms])
    )
    frames = [first]
    if window.end > MERGER:
        frames.append(states(firms, days(MERGER, random.integers(0, 35, len(firms)))))
    if window.end > VSIC_CHANGE:
        frames.append(states(firms, days(VSIC_CHANGE, random.integers(0, 44, len(firms)))))
    bad = np.flatnonzero(random.random(len(firms)) < country.rates.get("tax", "invalid_record"))
    country.log.add("tax", "payer", first["tax_code"].gather(bad), "invalid_record")
    frames.append(first[bad].with_columns(pl.lit("Z").alias("vsic_code"), pl.col("updated_at") - pl.duration(hours=1)))
    tables.write("tax", "payer", pl.concat(frames))


def _returns(country: Country, tables: Tables, year: int) -> None:
    random, work, window = country.random(f"tax.{year}"), country.work, country.window
    # Who is insured in the window's month that stands for the year, and who works undeclared.
    months = [i for i, month in enumerate(window.months) if int(month[:4]) == year] or [0]
    unit = np.where(work.employer[:, months[-1]] >= 0, work.employer[:, months[-1]], work.evading)
    person = np.flatnonzero(unit >= 0)
    person = person[np.argsort(unit[person], kind="stable")]
    unit = unit[person]
    declared = work.employer[person, months[-1]] >= 0
    wage = work.wages(country.employers, unit, person, year)
    months_worked = np.where(random.random(len(person)) < 0.85, 12, random.integers(3, 12, len(person)))
    income = wage * (months_worked + 1) // 1000 * 1000
    insured = np.round(np.minimum(work.base(wage, person), CONTRIBUTION_CAP) * 0.105 * months_worked) * declared
    payers, first, count = np.unique(unit, return_index=True, return_counts=True)
    filed = _filing_times(random, year, len(payers))
    amended = random.random(len(payers)) < country.rates.get("tax", "amended_return")
    amended_on = filed.astype("datetime64[D]") + random.integers(30, 150, len(payers)).astype("timedelta64[D]")
    written = False
    for amendment, chosen, times in (
        (0, np.ones(len(payers), dtype=bool), filed),
        (1, amended, office_time(random, amended_on)),
    ):
        within = chosen & (times >= window.start) & (times < window.end)
        rows = np.repeat(first[within], count[within]) + ranges(count[within])
        if not len(rows):
            continue
        grown = np.round(income[rows] * (1 + 0.02 * amendment)).astype(np.int64)
        frame = _lines(
            country,
            random,
            year,
            amendment,
            person[rows],
            unit[rows],
            np.repeat(times[within], count[within]),
            ranges(count[within]) + 1,
            grown,
            insured[rows].astype(np.int64),
        )
        written_rows = tables.write("tax", "wage_income", frame, person="person")
        if amendment:
            country.log.add(
                "tax", "wage_income", written_rows["return_id"].unique(maintain_order=True), "amended_return"
            )
        written = True
    if not written and "tax_wage_income" not in tables.rows():
        tables.write(
            "tax",
            "wage_income",
            _lines(country, random, year, 0, person[:0], unit[:0], filed[:0], person[:0], income[:0], income[:0]),
        )


def _filing_times(random: np.random.Generator, year: int, size: int) -> Array:
    """Returns are due on 31 March: most come in its last days, some early, some late."""
    start, draw = np.datetime64(f"{year + 1}-01-05"), random.random(size)
    day = np.select(
        [draw < 0.04, draw < 0.14, draw < 0.90, draw < 0.96],
        [
            random.integers(0, 26, size),
            random.integers(26, 55, size),
            85 - np.minimum(random.geometric(0.09, size), 29),
            random.integers(86, 116, size),
        ],
        random.integers(116, 147, size),
    )
    return office_time(random, days(start, day))


def _lines(
    country: Country,
    random: np.random.Generator,
    year: int,
    amendment: int,
    person: Array,
    unit: Array,
    filed: Array,
    line: Array,
    income: Array,
    insured: Array,
) -> pl.DataFrame:
    people, size = country.people, len(person)
    payer = country.employers.tax_code.gather(unit)
    head = f"{year}{amendment}"
    return_id = "05QTT-" + payer + f"-{head}"
    key = return_id + "|" + pl.Series(line).cast(pl.String)
    wrong = country.mistakes("tax", "wage_income", key, random)
    number, _ = wrong.numbers(people.number[person], people.old_card[person])
    no_code = wrong.pick("tax_code_missing") | (country.tax_code[person] < 0)
    code = (
        pl.DataFrame(
            {
                "old": digits(np.maximum(country.tax_code[person], 0), 10),
                "new": digits(people.number[person], 12),
                "none": no_code,
                "merged": filed >= MERGER,
            }
        )
        .select(pl.when(pl.col("none")).then(None).when("merged").then("new").otherwise("old"))
        .to_series()
    )
    bad = np.flatnonzero(wrong.pick("invalid_record"))
    code = code.scatter(bad, "8-BAD-MST")
    dependants = np.minimum(random.poisson(0.5, size), 5)
    family = SELF_DEDUCTION + dependants * DEPENDANT_DEDUCTION
    base = np.maximum(income - family - insured, 0)
    due = np.round(
        sum(
            np.clip(base - low, 0, high - low) * rate
            for low, high, rate in zip(_BRACKETS, np.r_[_BRACKETS[1:], 10**13], _RATES, strict=True)
        )
    ).astype(np.int64)
    withheld = np.round(due * np.where(random.random(size) < 0.7, 1.0, random.uniform(0.8, 1.15, size))).astype(
        np.int64
    )
    zero = np.zeros(size, dtype=np.int64)
    return pl.DataFrame(
        {
            "person": person,
            "return_id": return_id,
            "payer_tax_code": payer,
            "tax_year": zero + year,
            "amendment_no": zero + amendment,
            "filed_at": filed,
            "line_no": line,
            "full_name": wrong.names(people.name.gather(person)),
            "employee_tax_code": code,
            "identity_number": number,
            "authorised": random.random(size) < 0.82,
            "taxable_income": income,
            "exempt_income_agreement": zero,
            "exempt_income_other": zero,
            "dependants": dependants,
            "family_deduction": family,
            "charity": zero,
            "insurance_deducted": insured,
            "voluntary_pension": zero,
            "taxable_base": base,
            "tax_withheld": withheld,
            "tax_reduction": zero,
            "tax_due": due,
            "tax_overpaid": np.maximum(withheld - due, 0),
            "tax_underpaid": np.maximum(due - withheld, 0),
        }
    )
