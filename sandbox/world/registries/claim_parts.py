"""Parts of a claim: lines of drugs and services, papers on discharge, birth and sick leave."""

from __future__ import annotations

import numpy as np
import polars as pl

from sandbox.world.country import Country
from sandbox.world.tools import Array, date_text, days, digits, read_csv, texts
from sandbox.world.visits import INPATIENT, Lines, Visits


def line_frame(claim_id: pl.Series, visits: Visits, lines: Lines, services: bool) -> pl.DataFrame:
    """Return the lines of XML2 (drugs) or XML3 (services and supplies)."""
    ordered = visits.admitted[lines.visit] + (lines.number * 7).astype("timedelta64[m]")
    common = {
        "visit": lines.visit,
        "claim_id": claim_id.gather(lines.visit),
        "line_no": lines.number,
        "quantity": lines.quantity,
        "unit_price": lines.price,
        "amount_total": lines.total,
        "amount_insured_scope": lines.scope,
        "amount_copaid": lines.copaid,
        "amount_fund": lines.scope - lines.copaid,
        "ordered_at": ordered.astype("datetime64[ms]"),
    }
    if not services:
        table = read_csv("drugs.csv", code=pl.String)
        return pl.DataFrame(
            common
            | {
                "drug_code": table["code"].gather(lines.item),
                "drug_name": table["name"].gather(lines.item),
                "unit": table["unit"].gather(lines.item),
                "group_code": np.full(len(lines.visit), 4),
            }
        )
    table, supplies = read_csv("services.csv", code=pl.String), read_csv("supplies.csv", code=pl.String)
    is_supply = lines.item >= table.height
    groups = np.r_[table["group_code"].to_numpy(), np.full(supplies.height, 10)]
    return pl.DataFrame(
        common
        | {
            "service_code": texts(table["code"].to_list(), np.where(is_supply, -1, lines.item)),
            "supply_code": texts(supplies["code"].to_list(), np.where(is_supply, lines.item - table.height, -1)),
            "service_name": pl.concat([table["name"], supplies["name"]]).gather(lines.item),
            "unit": pl.concat([table["unit"], supplies["unit"]]).gather(lines.item),
            "group_code": groups[lines.item],
        }
    )


def discharges(random: np.random.Generator, claim_id: pl.Series, visits: Visits) -> pl.DataFrame:
    """Return XML7: papers on discharge of stays."""
    rows = np.flatnonzero(visits.care == INPATIENT)
    birth = visits.delivery[rows] >= 0
    weeks = pl.Series(random.integers(37, 42, len(rows))).to_frame("w").select(pl.when(pl.Series(birth)).then("w"))
    return pl.DataFrame(
        {
            "visit": rows,
            "claim_id": claim_id.gather(rows),
            "archive_number": "LT" + digits(rows + 1, 8),
            "admitted_at": visits.admitted[rows].astype("datetime64[ms]"),
            "discharged_at": visits.discharged[rows].astype("datetime64[ms]"),
            "pregnancy_ended": np.zeros(len(rows), dtype=np.int64),
            "pregnancy_weeks": weeks.to_series(),
            "days_off": np.where(birth, 0, random.integers(0, 15, len(rows))),
            "issued_date": visits.discharged[rows].astype("datetime64[D]"),
        }
    )


def birth_certificates(
    country: Country,
    random: np.random.Generator,
    claim_id: pl.Series,
    visits: Visits,
    card: pl.Series,
    shown: Array,
    claim: pl.DataFrame,
) -> pl.DataFrame:
    """Return XML9: births seen by a facility, with what the claim says about the mother."""
    rows = np.flatnonzero(visits.delivery >= 0)
    people, mother, child = country.people, visits.person[rows], visits.delivery[rows]
    twins = np.isin(
        child + 1,
        np.flatnonzero(
            np.r_[False, (people.mother[1:] == people.mother[:-1]) & (people.birth[1:] == people.birth[:-1])]
        ),
    )
    named = (
        people.name.gather(child)
        .to_frame("n")
        .select(pl.when(pl.Series(random.random(len(rows)) < 0.4)).then("n"))
        .to_series()
    )
    minute = random.integers(60, 1400, len(rows))
    return pl.DataFrame(
        {
            "visit": rows,
            "claim_id": claim_id.gather(rows),
            "birth_number": random.integers(1, 4, len(rows)),
            "mother_si_number": digits(country.si_number[mother], 10),
            "mother_hi_card_number": card.gather(shown[rows]),
            "mother_name": claim["full_name"].gather(rows),
            "mother_birth_date": date_text(people.birth[mother], "compact"),
            "mother_personal_number": claim["personal_number"].gather(rows),
            "child_name": named,
            "child_sex": np.where(people.male[child], 1, 2),
            "children": 1 + twins.astype(np.int64),
            "child_birth_time": date_text(people.birth[child], "compact") + digits(minute // 60 * 100 + minute % 60, 4),
            "issued_date": visits.discharged[rows].astype("datetime64[D]"),
        }
    )


def sick_leaves(
    country: Country, random: np.random.Generator, claim_id: pl.Series, visits: Visits, card: pl.Series, shown: Array
) -> pl.DataFrame:
    """Return XML11: days off that a facility certifies; some SI numbers have lost their leading zero."""
    rows = np.flatnonzero(visits.leave >= 0)
    leave, number = visits.leave[rows], country.si_number[visits.person[rows]]
    plain = (
        pl.Series(number)
        .cast(pl.String)
        .to_frame("p")
        .with_columns(digits(number, 10).alias("full"))
        .select(pl.when(pl.Series(random.random(len(rows)) < 0.03)).then("p").otherwise("full"))
        .to_series()
    )
    start, length = country.leave.start[leave], country.leave.length[leave]
    return pl.DataFrame(
        {
            "visit": rows,
            "claim_id": claim_id.gather(rows),
            "certificate_number": "CT07." + digits(leave + 1, 9),
            "si_number": plain,
            "hi_card_number": card.gather(shown[rows]),
            "days_off": length,
            "leave_from": start,
            "leave_to": days(start, length - 1),
            "issued_date": start,
        }
    )
