"""The labour registry: contracts, unemployment decisions, training support."""

from __future__ import annotations

import numpy as np
import polars as pl

from sandbox.world.benefits import UNEMPLOYMENT
from sandbox.world.country import Country
from sandbox.world.output import Tables
from sandbox.world.tools import NEVER, Array, days, digits, joined, office_time, texts, weighted

TRAINING_AMOUNT = 4_500_000
_OCCUPATIONS = [
    "00000",
    "81530",
    "81560",
    "52230",
    "83320",
    "41100",
    "23410",
    "22210",
    "33130",
    "71120",
    "54140",
    "25120",
]
_OCCUPATION_WEIGHTS = np.array([3, 14, 10, 12, 8, 10, 9, 4, 6, 9, 5, 4.0])


def write_labour(country: Country, tables: Tables) -> None:
    """Write the three data sets."""
    _contracts(country, tables)
    _unemployment(country, tables)


def job_spells(country: Country) -> dict[str, Array]:
    """Return jobs as spells of months: person, unit, first and last month; undeclared jobs too."""
    employer, size = country.work.employer, country.window.size
    held = employer >= 0
    same = np.zeros_like(held)
    same[:, 1:] = (employer[:, 1:] == employer[:, :-1]) & held[:, 1:]
    following = np.zeros_like(held)
    following[:, :-1] = same[:, 1:]
    starts, ends = np.flatnonzero((held & ~same).ravel()), np.flatnonzero((held & ~following).ravel())
    hidden = np.flatnonzero(country.work.evading >= 0)
    zero = np.zeros(len(hidden), dtype=np.int64)
    return {
        "person": np.r_[starts // size, hidden],
        "unit": np.r_[employer.ravel()[starts], country.work.evading[hidden]],
        "first": np.r_[starts % size, zero],
        "last": np.r_[ends % size, zero + size - 1],
    }


def _contracts(country: Country, tables: Tables) -> None:
    random, window, people = country.random("labour.contract"), country.window, country.people
    jobs = job_spells(country)
    keep = random.random(len(jobs["person"])) >= country.rates.get("labour", "not_registered")
    person, unit, first, last = (jobs[name][keep] for name in ("person", "unit", "first", "last"))
    size = len(person)
    key = "HD" + digits(person + 1, 9) + digits(first, 2)
    wrong = country.mistakes("labour", "contract", key)
    old = first == 0
    start = np.where(
        old,
        days(window.start, -random.integers(20, 4000, size)),
        days(window.first_days[first], -random.integers(0, 5, size)),
    )
    start = np.maximum(start, (people.birth[person].astype("datetime64[M]") + 181).astype("datetime64[D]"))
    fixed = (random.random(size) < 0.42).astype(np.int64)
    planned = days(start, random.integers(180, 1080, size))
    planned = np.maximum(planned, days(window.last_days[last], random.integers(0, 400, size)))
    seen = np.where(
        old,
        np.minimum(days(start, random.integers(1, 40, size)), window.start - 1),
        days(start, random.integers(1, 30, size)),
    )
    number, _ = wrong.numbers(people.number[person], people.old_card[person])
    birth, _ = wrong.birth_dates(people.birth[person], "vn")
    wage = country.work.wages(country.employers, unit, person, window.year(0))
    state = pl.DataFrame(
        {
            "person": person,
            "contract_id": key,
            "personal_number": number,
            "full_name": wrong.names(people.name.gather(person)),
            "birth_date": birth,
            "sex": wrong.sex(people.male[person], ("M", "F", "U")),
            "employer_tax_code": country.employers.tax_code.gather(unit),
            "employer_name": country.employers.name.gather(unit),
            "contract_type": fixed,
            "occupation_code": texts(_OCCUPATIONS, weighted(random, _OCCUPATION_WEIGHTS, size)),
            "start_date": start,
            "end_date": np.where(fixed == 1, planned, NEVER),
            "monthly_wage": wage,
            **country.areas(country.employers.province[unit], seen),
            "updated_at": office_time(random, seen),
        }
    )
    over = np.flatnonzero(last < window.size - 1)
    end = window.last_days[last[over]]
    end_seen = np.maximum(days(end, random.integers(-3, 35, len(over))), seen[over] + 1)
    areas = country.areas(country.employers.province[unit[over]], end_seen)
    ends = state[over].with_columns(
        pl.Series("end_date", end),
        pl.Series("updated_at", office_time(random, end_seen)),
        *(series.alias(name) for name, series in areas.items()),
    )
    again = state[np.flatnonzero(wrong.pick("duplicate_record"))].with_columns(
        pl.col("updated_at") + pl.duration(days=1), pl.col("contract_id").alias("contract_id")
    )
    bad = np.flatnonzero(wrong.pick("invalid_record"))
    half = random.random(len(bad)) < 0.5
    broken = state[bad].with_columns(
        pl.Series("employer_tax_code", state[bad]["employer_tax_code"].scatter(np.flatnonzero(half), "000")),
        pl.Series("sex", state[bad]["sex"].scatter(np.flatnonzero(~half), "1")),
        pl.col("updated_at") - pl.duration(hours=2),
    )
    tables.write("labour", "contract", pl.concat([state, broken, ends, again]), person="person")


def _unemployment(country: Country, tables: Tables) -> None:
    random, window, people, benefits = country.random("labour.ui"), country.window, country.people, country.benefits
    rows = np.flatnonzero(benefits.kind == UNEMPLOYMENT)
    person, size = benefits.person[rows], len(rows)
    key = "TN" + digits(rows + 1, 10)
    wrong = country.mistakes("labour", "unemployment_decision", key)
    number, _ = wrong.numbers(people.number[person], people.old_card[person])
    birth, _ = wrong.birth_dates(people.birth[person], "vn")
    seen = days(benefits.decided[rows], random.integers(0, 5, size))
    seen = np.where(benefits.decided[rows] < window.start, np.minimum(seen, window.start - 1), seen)
    province = country.geography.ward63_province[country.ward(person, seen)]
    planned = np.where(
        benefits.early[rows], days(benefits.start[rows], benefits.months[rows] // 12 * 30), benefits.end[rows]
    )
    name = wrong.names(people.name.gather(person))
    state = pl.DataFrame(
        {
            "person": person,
            "decision_id": key,
            "personal_number": number,
            "si_number": digits(country.si_number[person], 10),
            "full_name": name,
            "birth_date": birth,
            "sex": wrong.sex(people.male[person], ("M", "F", "U")),
            "decision_date": benefits.decided[rows],
            "benefit_from": benefits.start[rows],
            "benefit_to": planned,
            "monthly_amount": benefits.amount[rows],
            "status": pl.repeat("granted", size, eager=True),
            **country.areas(province, seen),
            "updated_at": office_time(random, seen),
        }
    )
    ended = np.flatnonzero(benefits.early[rows])
    end_seen = np.maximum(benefits.end[rows][ended] + 5, seen[ended] + 1)
    areas = country.areas(province[ended], end_seen)
    ends = state[ended].with_columns(
        pl.Series("benefit_to", benefits.end[rows][ended]),
        pl.lit("terminated").alias("status"),
        pl.Series("updated_at", office_time(random, end_seen)),
        *(s.alias(n) for n, s in areas.items()),
    )
    tables.write("labour", "unemployment_decision", pl.concat([state, ends]), person="person")

    kinds = ["training", "counselling", "placement"]
    frames = []
    for place, (kind, share) in enumerate(zip(kinds, (0.0187, 0.85, 0.22), strict=True)):
        chosen = np.flatnonzero(random.random(size) < share)
        day = np.maximum(days(seen[chosen], random.integers(1, 60, len(chosen))), seen[chosen])
        given = {"person": person[chosen], "kind": np.full(len(chosen), place), "day": day}
        country.facts.note("support", pl.DataFrame(given | {"province": province[chosen]}))
        frames.append(
            state[chosen]
            .select("person", "personal_number", "full_name", "birth_date")
            .with_columns(
                pl.Series(
                    "support_id",
                    joined(pl.Series(key.gather(chosen)), pl.repeat(place, len(chosen), eager=True), separator="."),
                ),
                pl.lit(kind).alias("kind"),
                pl.Series("decision_date", day),
                pl.lit(TRAINING_AMOUNT if kind == "training" else None, dtype=pl.Int64).alias("amount"),
                *(s.alias(n) for n, s in country.areas(province[chosen], day).items()),
                pl.Series("updated_at", office_time(random, day)),
            )
        )
    tables.write("labour", "training_support", pl.concat(frames), person="person")
