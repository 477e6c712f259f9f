"""The population registry: persons, identity changes, vital events, residence; numbered in the order of recording."""

from __future__ import annotations

import numpy as np
import polars as pl

from sandbox.world.calendar import MERGER
from sandbox.world.country import Country
from sandbox.world.identifiers import personal_numbers
from sandbox.world.output import Tables
from sandbox.world.people import RELATIONS
from sandbox.world.tools import NEVER, Array, days, digits, office_time, texts


def write_population(country: Country, tables: Tables) -> None:
    """Write the four data sets of the registry."""
    random = country.random("population")
    people, window = country.people, country.window
    newborn = people.birth >= window.start
    registered = np.where(
        newborn,
        days(
            people.birth,
            np.where(
                random.random(people.size) < 0.05,
                random.integers(60, 150, people.size),
                random.integers(1, 45, people.size),
            ),
        ),
        days(window.start, -random.integers(1, 3000, people.size)),
    )
    _persons(country, tables, random, registered)
    _vital_events(country, tables, random, registered)
    _residence(country, tables, random, registered)


def _numbered(frames: list[pl.DataFrame], key: str) -> pl.DataFrame:
    return pl.concat(frames).sort("updated_at", key, maintain_order=True).with_row_index("change_seq", offset=1)


def _persons(country: Country, tables: Tables, random: np.random.Generator, registered: Array) -> None:
    people, size = country.people, country.people.size
    key = digits(people.number, 12)
    wrong = country.mistakes("population", "person", key)
    name = wrong.names(people.name)
    birth, year_only = wrong.birth_dates(people.birth, "iso")
    known = random.random(size) < 0.8
    codes = np.array(country.geography.province63, dtype=np.int64)
    state = pl.DataFrame(
        {
            "person": np.arange(size),
            "personal_number": key,
            "full_name": name,
            "birth_date": birth,
            "sex": texts(["Nam", "Nữ"], (~people.male).astype(np.int64)),
            "ethnicity_code": digits(people.ethnicity, 2),
            "nationality_code": pl.repeat("000", size, eager=True),
            "old_id_number": _optional(people.old_card, 9),
            "birth_province_code": texts(country.geography.province63, people.birth_province),
            "household_code": "HK" + digits(people.household + 1, 9),
            "household_relation": texts(RELATIONS, people.relation),
            "father_number": _optional(np.where(known & (people.father >= 0), people.number[people.father], -1), 12),
            "mother_number": _optional(np.where(known & (people.mother >= 0), people.number[people.mother], -1), 12),
            "armed_forces": people.armed,
            "life_status": pl.repeat("alive", size, eager=True),
            "death_date": np.full(size, NEVER),
            "updated_at": office_time(random, registered),
        }
    )

    died = np.flatnonzero(people.death == people.death)
    left = np.flatnonzero(people.emigration == people.emigration)
    fixed = np.flatnonzero(
        ((name != people.name).to_numpy() | year_only)
        & (random.random(size) < 0.25)
        & (people.birth < country.window.start)
    )
    fixed_on = days(country.window.start, random.integers(0, country.window.days, len(fixed)))
    gone_on = days(people.emigration[left], random.integers(10, 60, len(left)))
    deaths = state[died].with_columns(
        pl.lit("deceased").alias("life_status"),
        pl.Series("death_date", people.death[died]),
        pl.Series("updated_at", office_time(random, country.death_registered[died])),
    )
    departures = state[left].with_columns(
        pl.lit("emigrated").alias("life_status"), pl.Series("updated_at", office_time(random, gone_on))
    )
    corrections = state[fixed].with_columns(
        pl.Series("full_name", people.name.gather(fixed)),
        pl.Series("birth_date", _iso(people.birth[fixed])),
        pl.Series("updated_at", office_time(random, fixed_on)),
    )
    alive = ~(people.death[fixed] <= fixed_on) & ~(people.emigration[fixed] <= fixed_on)
    corrections = corrections.filter(pl.Series(alive))
    again = state[np.flatnonzero(wrong.pick("duplicate_record"))]
    again = again.with_columns(pl.col("updated_at") + pl.duration(days=3))

    twice = np.flatnonzero(wrong.pick("duplicate_person", people.birth < np.datetime64("2010-01-01")))
    second = personal_numbers(codes[people.birth_province[twice]], people.male[twice], people.birth[twice]) + 777_000
    taken = np.isin(second, people.number)
    twice, second = twice[~taken], second[~taken]
    doubles = state[twice].with_columns(pl.Series("personal_number", digits(second, 12)))
    invalid = wrong.pick("invalid_record")
    bad_sex = np.flatnonzero(invalid & (random.random(size) < 0.5))
    bad_date = np.flatnonzero(invalid & ~np.isin(np.arange(size), bad_sex))
    state = state.with_columns(
        pl.Series("sex", state["sex"].scatter(bad_sex, "X")),
        pl.Series("birth_date", state["birth_date"].scatter(bad_date, "00/00/0000")),
    )
    # The registry repairs what it cannot use: the same state again, right.
    repaired = np.flatnonzero(invalid)
    repaired_on = np.maximum(
        days(registered[repaired], np.full(len(repaired), 5)),
        days(country.window.start, random.integers(5, 60, len(repaired))),
    )
    repairs = (
        state[repaired]
        .with_columns(
            pl.Series("sex", texts(["Nam", "Nữ"], (~people.male[repaired]).astype(np.int64))),
            pl.Series("birth_date", birth.gather(repaired)),
            pl.Series("updated_at", office_time(random, repaired_on)),
        )
        .filter(pl.Series(~(country.death_registered[repaired] <= repaired_on)))
    )
    frame = _numbered([state, again, repairs, corrections, doubles, departures, deaths], "personal_number")
    tables.write("population", "person", frame, person="person")
    _identity_changes(country, tables, random, state, corrections, (twice, second))


def _identity_changes(
    country: Country,
    tables: Tables,
    random: np.random.Generator,
    state: pl.DataFrame,
    corrections: pl.DataFrame,
    doubles: tuple[Array, Array],
) -> None:
    people, parts = country.people, []
    for field in ("full_name", "birth_date"):
        old = state[corrections["person"].to_numpy()][field]
        parts.append(
            corrections.select(
                "person",
                "personal_number",
                pl.lit(field).alias("identifier_type"),
                old.alias("old_value"),
                pl.col(field).alias("new_value"),
                pl.lit("Cải chính thông tin").alias("reason"),
                pl.col("updated_at").dt.date().alias("effective_date"),
                "updated_at",
            ).filter(pl.col("old_value") != pl.col("new_value"))
        )
    twice, second = doubles
    day = days(country.window.start, random.integers(0, country.window.days, len(twice)))
    parts.append(
        _changes(
            random,
            twice,
            people.number[twice],
            "personal_number",
            digits(second, 12),
            digits(people.number[twice], 12),
            "Huỷ số định danh cấp trùng",
            day,
            day,
        )
    )
    coded = np.flatnonzero(
        (country.tax_code >= 0) & (random.random(people.size) < 0.97) & ~(country.death_registered < MERGER)
    )
    parts.append(
        _changes(
            random,
            coded,
            people.number[coded],
            "tax_code",
            digits(country.tax_code[coded], 10),
            digits(people.number[coded], 12),
            "Mã số thuế thay bằng số định danh cá nhân",
            np.full(len(coded), MERGER),
            days(MERGER, random.integers(0, 30, len(coded))),
        )
    )
    # New cards in place of 9-digit ones: most were replaced before the window, some within it.
    held = np.flatnonzero(people.old_card >= 0)
    day = days(country.window.end, -random.integers(1, 2200, len(held)))
    parts.append(
        _changes(
            random,
            held,
            people.number[held],
            "old_id_number",
            digits(people.old_card[held], 9),
            digits(people.number[held], 12),
            "Cấp thẻ căn cước",
            day,
            day,
        )
    )
    tables.write(
        "population", "identity_change", _numbered(parts, "personal_number"), person="person", key=("change_seq",)
    )


def _changes(
    random: np.random.Generator,
    person: Array,
    number: Array,
    kind: str,
    old: pl.Series,
    new: pl.Series,
    reason: str,
    effective: Array,
    day: Array,
) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "person": person,
            "personal_number": digits(number, 12),
            "old_value": old,
            "new_value": new,
            "effective_date": effective,
            "updated_at": office_time(random, day),
        }
    ).select(
        "person",
        "personal_number",
        pl.lit(kind).alias("identifier_type"),
        "old_value",
        "new_value",
        pl.lit(reason).alias("reason"),
        "effective_date",
        "updated_at",
    )


def _vital_events(country: Country, tables: Tables, random: np.random.Generator, registered: Array) -> None:
    people = country.people
    born = np.flatnonzero(people.birth >= country.window.start)
    died = np.flatnonzero(people.death == people.death)
    frames = []
    for person, kind, day, seen in (
        (born, "birth", people.birth[born], registered[born]),
        (died, "death", people.death[died], country.death_registered[died]),
    ):
        mother = np.where(kind == "birth", people.number[people.mother[person]], -1)
        frames.append(
            pl.DataFrame(
                {
                    "person": person,
                    "event_id": ("KS" if kind == "birth" else "KT") + digits(person + 1, 10),
                    "personal_number": digits(people.number[person], 12),
                    "mother_number": _optional(mother, 12),
                    "event_date": day,
                    "registered_date": seen,
                    "updated_at": office_time(random, seen),
                    **country.areas(country.geography.ward63_province[country.ward(person, seen)], seen),
                }
            ).with_columns(pl.lit(kind).alias("event_type"))
        )
    tables.write("population", "vital_event", _numbered(frames, "event_id"), person="person")


def _residence(country: Country, tables: Tables, random: np.random.Generator, registered: Array) -> None:
    people, window, size = country.people, country.window, country.people.size
    everyone, movers = np.arange(size), np.flatnonzero(people.moved == people.moved)
    begun = np.maximum(people.birth, days(window.start, -random.integers(200, 9000, size)))
    gone = np.where(people.death == people.death, people.death, people.emigration)
    gone_seen = np.where(
        people.death == people.death, country.death_registered, days(people.emigration, np.full(size, 30))
    )
    movers = movers[~(gone[movers] <= people.moved[movers]) & (people.moved[movers] > people.birth[movers])]
    stop, seen_stop = gone.copy(), gone_seen.copy()
    stop[movers] = people.moved[movers] - 1
    moved_seen = days(people.moved[movers], random.integers(0, 25, len(movers)))
    seen_stop[movers] = moved_seen
    age = window.age_months(people.birth, 0) / 12
    away = np.flatnonzero((age > 18) & (age < 40) & (random.random(size) < 0.05))
    away = away[~(gone[away] <= window.end)]
    pull = country.geography.ward63_weight * country.geography.formal_jobs[country.geography.ward63_province] ** 3
    total = np.cumsum(pull)
    elsewhere = np.searchsorted(total, random.random(len(away)) * total[-1])
    since = days(window.start, -random.integers(100, 1500, len(away)))
    never = np.full(len(away), NEVER)
    spells = [
        np.concatenate(column)
        for column in zip(
            (everyone, people.ward_first, np.zeros(size, dtype=np.int64), begun, stop, registered, seen_stop),
            (
                movers,
                people.ward_second[movers],
                np.ones(len(movers), dtype=np.int64),
                people.moved[movers],
                gone[movers],
                moved_seen,
                gone_seen[movers],
            ),
            (away, elsewhere, np.full(len(away), 2), since, never, since + 5, never),
            strict=True,
        )
    ]
    person, ward, number, start, stop, seen, seen_stop = spells
    spell = "CT" + digits(person + 1, 9)
    wrong = country.mistakes("population", "residence", spell + digits(number * 2 + 1, 1))
    recoded = days(
        MERGER,
        np.where(wrong.pick("recoded_late"), random.integers(20, 70, len(person)), random.integers(0, 12, len(person))),
    )
    if window.end <= MERGER:
        recoded = np.full(len(person), NEVER)
    crosses = (start < MERGER) & ~(stop < MERGER) & (recoded == recoded)
    before_end = np.where(crosses, MERGER - 1, stop)
    before_seen = np.where(crosses, np.maximum(recoded, seen), seen_stop)
    parts = []
    for rows, part, start_, stop_, seen_, seen_stop_ in (
        (np.ones(len(person), dtype=bool), 0, start, before_end, seen, before_seen),
        (crosses, 1, np.maximum(start, MERGER), stop, np.maximum(recoded, seen), seen_stop),
    ):
        p = np.flatnonzero(rows)
        code, urban = country.wards(ward[p], start_[p])
        opened = pl.DataFrame(
            {
                "person": person[p],
                "residence_id": spell.gather(p) + digits(number[p] * 2 + part, 1),
                "personal_number": digits(people.number[person[p]], 12),
                "residence_type": texts(["permanent", "temporary"], (number[p] == 2).astype(np.int64)),
                **country.areas(country.geography.ward63_province[ward[p]], start_[p]),
                "ward_code": code,
                "urban": urban,
                "valid_from": start_[p],
                "valid_to": np.full(len(p), NEVER),
                "updated_at": office_time(random, seen_[p]),
            }
        )
        closed = np.flatnonzero(stop_[p] == stop_[p])
        parts += [
            opened,
            opened[closed].with_columns(
                pl.Series("valid_to", stop_[p][closed]),
                pl.Series("updated_at", office_time(random, np.maximum(seen_stop_[p], seen_[p])[closed])),
            ),
        ]
    tables.write("population", "residence", _numbered(parts, "residence_id"), person="person")


def _optional(numbers: Array, width: int) -> pl.Series:
    present = pl.Series(numbers >= 0)
    return digits(numbers, width).to_frame("n").select(pl.when(present).then("n")).to_series()


def _iso(birth: Array) -> pl.Series:
    return pl.Series(birth).dt.to_string("%Y-%m-%d")
