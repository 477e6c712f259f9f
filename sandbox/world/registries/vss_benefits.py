"""The VSS benefit ledgers: decisions and payments."""

from __future__ import annotations

import numpy as np
import polars as pl

from sandbox.world.benefits import BENEFITS, MONTHLY, SOCIAL, SUPPORT
from sandbox.world.country import Country
from sandbox.world.output import Tables
from sandbox.world.registries.vss_members import Members
from sandbox.world.tools import NEVER, Array, days, digits, generator, office_time, texts


def decision_ids(country: Country) -> pl.Series:
    """Return the identifier of each decision of the country."""
    return "QD" + digits(np.arange(len(country.benefits.person)) + 1, 10)


def write_benefits(country: Country, tables: Tables, members: Members) -> None:
    """Write decisions and their ends, and the payments month by month."""
    random, benefits, window = country.random("vss.benefits"), country.benefits, country.window
    size, person = len(benefits.person), benefits.person
    ids = decision_ids(country)
    wrong = country.mistakes("vss", "benefit_decision", ids)
    seen = benefits.decided
    assistance = np.isin(benefits.kind, [SOCIAL, SUPPORT])
    number, _ = wrong.numbers(country.people.number[person], country.people.old_card[person])
    si_number = (
        members.si_numbers(country, person, seen)
        .to_frame("n")
        .select(pl.when(pl.Series(~assistance)).then("n"))
        .to_series()
    )
    birth, _ = wrong.birth_dates(country.people.birth[person], "vn")
    planned = np.where(benefits.early, NEVER, benefits.end)
    # A benefit for a set time has its end in the decision, unless it is cut short.
    timed = benefits.early & (benefits.kind == BENEFITS.index("unemployment"))
    planned = np.where(timed, days(benefits.start, benefits.months // 12 * 30), planned)
    state = pl.DataFrame(
        {
            "person": person,
            "decision_id": ids,
            "si_number": si_number,
            "personal_number": number,
            "full_name": wrong.names(country.people.name.gather(person)),
            "birth_date": birth,
            "sex": wrong.sex(country.people.male[person], (1, 0, 0)),
            "benefit_type": texts(BENEFITS, benefits.kind),
            "decision_date": benefits.decided,
            "benefit_from": benefits.start,
            "benefit_to": planned,
            "amount": benefits.amount,
            "months_contributed": benefits.months,
            "status": pl.repeat("granted", size, eager=True),
            **country.areas(country.geography.ward63_province[country.ward(person, seen)], seen),
            "updated_at": office_time(random, seen),
        }
    )
    country.facts.note(
        "decision",
        pl.DataFrame(
            {
                "person": person,
                "kind": benefits.kind,
                "decided": benefits.decided,
                "months": benefits.months,
                "province": country.geography.ward63_province[country.ward(person, seen)],
            }
        ),
    )
    ended = np.flatnonzero(benefits.early & (benefits.end < window.end))
    death = country.people.death[person[ended]] == benefits.end[ended]
    end_seen = np.where(death, country.death_registered[person[ended]] + 12, benefits.end[ended] + 3)
    end_seen = np.maximum(end_seen, seen[ended] + 1)
    ends = state[ended].with_columns(
        pl.Series(
            "si_number",
            members.si_numbers(country, person[ended], end_seen)
            .to_frame("n")
            .select(pl.when(pl.Series(~assistance[ended])).then("n"))
            .to_series(),
        ),
        pl.Series("benefit_to", benefits.end[ended]),
        pl.lit("terminated").alias("status"),
        *country_areas(country, person[ended], end_seen),
        pl.Series("updated_at", office_time(random, end_seen)),
    )
    invalid = np.flatnonzero(wrong.pick("invalid_record"))
    again = np.flatnonzero(wrong.pick("duplicate_record"))
    tables.write(
        "vss",
        "benefit_decision",
        pl.concat(
            [
                state,
                ends,
                state[again].with_columns(pl.col("updated_at") + pl.duration(days=2)),
                state[invalid].with_columns(
                    pl.lit(7).alias("sex").cast(state["sex"].dtype), pl.col("updated_at") - pl.duration(hours=2)
                ),
            ]
        ),
        person="person",
    )
    late_stop = wrong.pick("payment_after_death", MONTHLY[benefits.kind] & benefits.early)
    for month in range(window.size):
        _payments(country, tables, month, late_stop, end_known=_spread(size, ended, end_seen))


def country_areas(country: Country, person: Array, day: Array) -> list[pl.Series]:
    """Return the area columns of persons on days of their own, as named series."""
    areas = country.areas(country.geography.ward63_province[country.ward(person, day)], day)
    return [series.alias(name) for name, series in areas.items()]


def _spread(size: int, rows: Array, values: Array) -> Array:
    result = np.full(size, NEVER)
    result[rows] = values
    return result


def _payments(country: Country, tables: Tables, month: int, late_stop: Array, end_known: Array) -> None:
    random, benefits, window = country.random(f"vss.payments.{month}"), country.benefits, country.window
    first, last = window.first_days[month], window.last_days[month]
    monthly = benefits.active(window, month) & (benefits.decided <= last)
    too_many = late_stop & MONTHLY[benefits.kind] & (benefits.end < first) & (end_known >= first)
    once = ~MONTHLY[benefits.kind] & (benefits.decided >= first) & (benefits.decided <= last)
    rows = np.flatnonzero(monthly | too_many | once)
    person, is_once = benefits.person[rows], once[rows]
    day = np.where(
        is_once,
        np.minimum(days(benefits.decided[rows], random.integers(1, 9, len(rows))), last),
        days(first, random.integers(4, 12, len(rows))),
    )
    day = np.maximum(day, np.where(is_once, day, np.minimum(benefits.decided[rows] + 1, last)))
    ward, urban = country.wards(country.ward(person, day), day)
    province = country.geography.ward63_province[country.ward(person, day)]
    # Who has an account keeps it: one draw for a person, easier in towns and for those still at work.
    draw = generator(country.seed, "accounts").random(country.people.size)[person]
    chance = np.where(urban, 0.78, 0.60) + np.where(is_once, 0.06, 0.0)
    country.facts.note(
        "payment",
        pl.DataFrame(
            {
                "month": np.full(len(rows), month),
                "person": person,
                "kind": benefits.kind[rows],
                "province": province,
                "urban": urban,
                "account": draw < chance,
                "amount": benefits.amount[rows],
            }
        ).filter(pl.Series(~too_many[rows])),
    )
    tables.write(
        "vss",
        "payment",
        pl.DataFrame(
            {
                "payment_id": "CT" + digits(rows + 1, 10) + digits(np.full(len(rows), int(window.numbers[month])), 4),
                "decision_id": decision_ids(country).gather(rows),
                "month": np.full(len(rows), first),
                "paid_date": day,
                "amount": benefits.amount[rows],
                "channel": texts(["cash", "account"], (draw < chance).astype(np.int64)),
                **country.areas(province, day),
                "ward_code": ward,
                "urban": urban,
                "updated_at": office_time(random, np.minimum(day + 1, last)),
            }
        ),
    )
