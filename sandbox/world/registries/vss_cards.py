"""The VSS register of health insurance cards: first state, early end, withdrawal on death, duplicates."""

from __future__ import annotations

import numpy as np
import polars as pl

from sandbox.world.country import Country
from sandbox.world.health_cover import GD, HS, ISSUER, LETTERS, LEVEL, PAYER
from sandbox.world.identifiers import hi_card_numbers
from sandbox.world.output import Tables
from sandbox.world.registries.facilities import facilities_of
from sandbox.world.registries.vss_members import Members
from sandbox.world.tools import Array, days, digits, office_time, texts


def card_texts(country: Country) -> pl.Series:
    """Return the number on each card of the country; half of the cards show the 10 digits only."""
    cards, people = country.cards, country.people
    short = (cards.person * 31 + cards.first) % 100 < 52
    issued = np.array(country.geography.province63, dtype=np.int64)[
        country.geography.ward63_province[people.ward_first[cards.person]]
    ]
    return hi_card_numbers(
        texts(LETTERS, cards.group), LEVEL[cards.group], issued, country.si_number[cards.person], short
    )


def write_cards(country: Country, tables: Tables, members: Members) -> None:
    """Write the register; a withdrawn or ended card carries its last good day in valid_to."""
    random, cards, people, window = country.random("vss.cards"), country.cards, country.people, country.window
    size, person = cards.size, cards.person
    card_id = "BH" + digits(person + 1, 9) + digits(cards.first * 16 + cards.group, 4)
    wrong = country.mistakes("vss", "hi_card", card_id)
    late = wrong.pick("card_recorded_late")
    seen = days(cards.start, np.where(late, random.integers(31, 75, size), -random.integers(0, 12, size)))
    newborn = cards.start == people.birth[person]
    seen = np.where(newborn, days(cards.start, random.integers(2, 28, size)), seen)
    seen = np.where(cards.first == 0, np.where(newborn, seen, np.minimum(seen, window.start - 1)), seen)
    seen = np.maximum(seen, np.where(cards.first == 0, seen, members.since[person]))
    place = country.ward(person, np.maximum(seen, window.start))
    printed = pl.DataFrame(
        {
            "person": person,
            "card_id": card_id,
            "card_number": card_texts(country),
            "si_number": digits(country.si_number[person], 10),
            "personal_number": members.number.gather(person),
            "payer_group": PAYER[cards.group],
            "beneficiary_code": texts(LETTERS, cards.group),
            "benefit_level": LEVEL[cards.group],
            "issuer": texts(ISSUER, cards.group),
            "valid_from": cards.start,
            "valid_to": cards.until,
            "status": pl.repeat("valid", size, eager=True),
            "facility_code": facilities_of(country).registered(country, person, place),
            **country.areas(country.geography.ward63_province[place], seen),
            "e_card": random.random(size) < 0.8,
            "updated_at": office_time(random, seen),
        }
    )

    spell = {"person": person, "first": cards.first, "last": cards.last, "electronic": printed["e_card"]}
    country.facts.note("card", pl.DataFrame(spell))
    death = country.death_registered[person]
    died = people.death[person] == cards.end
    forgotten = wrong.pick("card_after_death", died)
    withdrawn = np.flatnonzero(died & ~forgotten & (cards.end < cards.until))
    stopped = np.flatnonzero(~died & (cards.end < cards.until))
    dead_on = np.maximum(days(death[withdrawn], random.integers(1, 25, len(withdrawn))), seen[withdrawn] + 1)
    stop_on = np.maximum(days(cards.end[stopped], random.integers(-20, 3, len(stopped))), seen[stopped] + 1)
    frames = [
        printed,
        _ended(random, printed, withdrawn, cards.end, "withdrawn", dead_on),
        _ended(random, printed, stopped, cards.end, "valid", stop_on),
    ]

    twice = np.flatnonzero(wrong.pick("duplicate_card", np.isin(cards.group, [GD, HS])))
    double = printed[twice].with_columns(
        pl.Series(
            "card_id", "BT" + digits(person[twice] + 1, 9) + digits(cards.first[twice] * 16 + cards.group[twice], 4)
        ),
        pl.Series("updated_at", office_time(random, days(seen[twice], random.integers(1, 20, len(twice))))),
    )
    frames += [
        double,
        _ended(
            random,
            double,
            np.arange(len(twice)),
            cards.start[twice],
            "withdrawn",
            days(seen[twice], random.integers(40, 120, len(twice))),
        ),
    ]
    again = np.flatnonzero(wrong.pick("duplicate_record"))
    frames.append(printed[again].with_columns(pl.col("updated_at") + pl.duration(days=1)))
    invalid = np.flatnonzero(wrong.pick("invalid_record"))
    frames.append(
        printed[invalid].with_columns(
            pl.lit("??").alias("beneficiary_code"), pl.col("updated_at") - pl.duration(hours=3)
        )
    )
    tables.write("vss", "hi_card", pl.concat(frames), person="person")


def _ended(
    random: np.random.Generator, printed: pl.DataFrame, rows: Array, end: Array, status: str, day: Array
) -> pl.DataFrame:
    return printed[rows].with_columns(
        pl.Series("valid_to", end[rows]),
        pl.lit(status).alias("status"),
        pl.Series("updated_at", office_time(random, day)),
    )
