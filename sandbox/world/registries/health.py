"""The health registry: claims with their lines and papers, in the order of the envelopes that carry them."""

from __future__ import annotations

import numpy as np
import polars as pl

from sandbox.world.calendar import MERGER
from sandbox.world.country import Country
from sandbox.world.errors import Mistakes
from sandbox.world.output import Tables
from sandbox.world.registries.claim_parts import birth_certificates, discharges, line_frame, sick_leaves
from sandbox.world.registries.facilities import Facilities, facilities_of
from sandbox.world.registries.vss_cards import card_texts
from sandbox.world.tools import Array, date_text, days, digits, read_csv, texts
from sandbox.world.visits import INPATIENT, Lines, Visits, build_visits, draw_lines

_FILE_CLAIMS = 400
DATASETS = ("claim", "claim_drug", "claim_service", "discharge", "birth_certificate", "sick_leave")


def write_health(country: Country, tables: Tables) -> pl.DataFrame:
    """Write all claims; return the identifiers of those that also carry the most sensitive tables."""
    facilities, cards = facilities_of(country), _Cards(country)
    waiting: dict[str, list[pl.DataFrame]] = {name: [] for name in DATASETS}
    sensitive = []
    for month in range(country.window.size):
        frames = _month(country, facilities, cards, month)
        claim_id = frames["claim"]["claim_id"]
        random = country.random(f"health.sensitive.{month}")
        sensitive.append(claim_id.filter(pl.Series(random.random(len(claim_id)) < 0.006)).unique(maintain_order=True))
        limit = (country.window.last_days[month] + 1).item()
        for name in DATASETS:
            ready = pl.concat([*waiting[name], frames[name]])
            waiting[name] = [ready.filter(pl.col("submitted_date") >= limit)]
            ready = ready.filter(pl.col("submitted_date") < limit).sort(
                "submitted_file", "claim_id", *(["line_no"] if "line_no" in ready.columns else []), maintain_order=True
            )
            tables.write("health", name, ready)
        seen = frames["claim"].filter(pl.col("first"), pl.col("submitted_date") < country.window.end.item())
        tables.record("health", "claim", seen.select(pl.col("claim_id").alias("record_key"), "person"))
    return pl.DataFrame({"claim_id": pl.concat(sensitive)})


class _Cards:
    """The card that each person shows in a month."""

    def __init__(self, country: Country) -> None:
        self._cards, self._size = country.cards, country.people.size
        self.text = card_texts(country)

    def at(self, month: int) -> Array:
        shown = np.full(self._size, -1)
        valid = np.flatnonzero((self._cards.first <= month) & (month <= self._cards.last))
        shown[self._cards.person[valid]] = valid
        return shown

    def shown(self, card: Array, before: Array) -> list[pl.Series]:
        """Return the card columns of claims; a card of before, where there is one, comes first, with a semicolon."""
        texts_ = {
            "hi_card_numbers": self.text,
            "card_valid_from": date_text(self._cards.start, "compact"),
            "card_valid_to": date_text(self._cards.until, "compact"),
        }
        earlier = np.flatnonzero(before >= 0)
        columns = []
        for name, text in texts_.items():
            now = text.gather(card)
            both = text.gather(before[earlier]) + ";" + now.gather(earlier)
            columns.append(now.scatter(earlier, both).alias(name))
        return columns


def _month(country: Country, facilities: Facilities, cards: _Cards, month: int) -> dict[str, pl.DataFrame]:
    random, window = country.random(f"health.{month}"), country.window
    visits = build_visits(country, facilities, month)
    order = np.argsort(visits.facility, kind="stable")
    visits = Visits(**{name: getattr(visits, name)[order] for name in visits.__dataclass_fields__})
    claim_id = (
        texts(facilities.code, visits.facility)
        + f".{window.months[month].replace('-', '')}."
        + digits(np.arange(visits.size) + 1, 7)
    )
    wrong = country.mistakes("health", "claim", claim_id, random)
    drugs, services = draw_lines(random, visits, services=False), draw_lines(random, visits, services=True)
    shown = cards.at(month)[visits.person]
    before = cards.at(month - 1)[visits.person]
    before = np.where((before != shown) & (random.random(visits.size) < 0.25), before, -1)
    claim = _claims(country, facilities, visits, claim_id, wrong, (drugs, services)).with_columns(
        cards.shown(shown, before)
    )

    # Bills are settled within days; some months later, and then the whole record is sent again.
    again = wrong.pick("sent_again_after_payment")
    lag = np.minimum(random.geometric(0.35, visits.size), 20)
    done = visits.discharged.astype("datetime64[D]")
    first_sent = _envelope_day(days(done, lag))
    settled = done.astype("datetime64[m]") + (random.integers(1, 4, visits.size) * 360).astype("timedelta64[m]")
    later = days(first_sent, random.integers(20, 65, visits.size)).astype("datetime64[m]") + np.timedelta64(600, "m")
    second_sent = _envelope_day(days(later.astype("datetime64[D]"), np.full(visits.size, 3)))
    duplicate = wrong.pick("duplicate_record", ~again)
    paid = np.where(again, np.datetime64("NaT"), np.maximum(settled, visits.discharged))
    country.facts.note(
        "claim",
        claim.select("person", "amount_total", "amount_insured_scope", "amount_patient", "amount_copaid").with_columns(
            pl.Series("discharged", window.index(done).astype(np.int8)),
            pl.Series("sent", window.index(first_sent).astype(np.int8)),
            pl.Series("province", facilities.province[visits.facility].astype(np.int8)),
            pl.Series("care", visits.care.astype(np.int8)),
        ),
    )
    parts = {
        "claim": claim,
        "claim_drug": line_frame(claim_id, visits, drugs, services=False),
        "claim_service": line_frame(claim_id, visits, services, services=True),
        "discharge": discharges(random, claim_id, visits),
        "birth_certificate": birth_certificates(country, random, claim_id, visits, cards.text, shown, claim),
        "sick_leave": sick_leaves(country, random, claim_id, visits, cards.text, shown),
    }
    sendings = (
        (np.arange(visits.size), first_sent, paid),
        (np.flatnonzero(again), second_sent[again], later[again]),
        (np.flatnonzero(duplicate), _envelope_day(first_sent[duplicate] + 1), paid[duplicate]),
    )
    result: dict[str, list[pl.DataFrame]] = {name: [] for name in DATASETS}
    place = np.arange(visits.size) - np.searchsorted(visits.facility, visits.facility)
    for number, (rows, sent, settled_at) in enumerate(sendings):
        heads = pl.DataFrame(
            {
                "visit": rows,
                "submitted_date": sent,
                "paid_at": settled_at.astype("datetime64[ms]"),
                "first": np.full(len(rows), number == 0),
                "submitted_file": _files(facilities, visits.facility[rows], place[rows], sent),
            }
        )
        for name, frame in parts.items():
            head = heads if name == "claim" else heads.drop("paid_at", "first")
            result[name].append(frame.join(head, on="visit", how="inner", maintain_order="left"))
    return {name: pl.concat(frames) for name, frames in result.items()}


def _envelope_day(day: Array) -> Array:
    """Return the next day on which facilities send envelopes: the 10th, the 20th, the last of the month."""
    months = day.astype("datetime64[M]")
    first, last = months.astype("datetime64[D]"), (months + 1).astype("datetime64[D]") - 1
    number = (day - first).astype(np.int64) + 1
    return np.where(number <= 10, first + 9, np.where(number <= 20, first + 19, last))


def _files(facilities: Facilities, facility: Array, place: Array, sent: Array) -> pl.Series:
    """Return the file that carries each claim: facility, day, and a number for each few hundred claims of a month."""
    frame = pl.DataFrame({"f": texts(facilities.code, facility), "d": pl.Series(sent), "n": place // _FILE_CLAIMS + 1})
    return frame.select(
        pl.concat_str("f", pl.col("d").dt.to_string("%Y%m%d"), pl.col("n").cast(pl.String), separator="_") + ".xml.gz"
    ).to_series()


def _claims(
    country: Country,
    facilities: Facilities,
    visits: Visits,
    claim_id: pl.Series,
    wrong: Mistakes,
    lines: tuple[Lines, Lines],
) -> pl.DataFrame:
    people, geography, person, size = country.people, country.geography, visits.person, visits.size
    random, day = wrong.random, visits.admitted.astype("datetime64[D]")
    number, _ = wrong.numbers(people.number[person], people.old_card[person])
    birth, _ = wrong.birth_dates(people.birth[person], "compact")
    # Newborns without papers of their own stand under the name of a parent.
    borrowed = wrong.pick("newborn_under_parent_name", visits.newborn)
    parent = np.where(people.mother[person] >= 0, people.mother[person], person)
    names = people.name.gather(np.where(borrowed, parent, person))
    number = number.to_frame("n").select(pl.when(pl.Series(~visits.newborn)).then("n")).to_series()
    ward = country.ward(person, day)
    ward_code, _ = country.wards(ward, day)
    sums = [
        np.bincount(part.visit, column, size).astype(np.int64)
        for part in lines
        for column in (part.total, part.scope, part.copaid)
    ]
    total, scope, copaid = sums[0] + sums[3], sums[1] + sums[4], sums[2] + sums[5]
    services = lines[1]
    supplies = np.where(services.item >= read_csv("services.csv").height, services.total, 0)
    stays = visits.care == INPATIENT
    discharged = visits.discharged.copy()
    bad = wrong.pick("invalid_record")
    swapped = bad & (random.random(size) < 0.3)
    discharged[swapped] = visits.admitted[swapped] - np.timedelta64(1, "D")
    fund = scope - copaid + np.where(bad & ~swapped, 1000, 0)
    nights = (visits.discharged - visits.admitted).astype("timedelta64[D]").astype(np.int64)
    settled = visits.discharged.astype("datetime64[M]").astype(np.int64)
    return pl.DataFrame(
        {
            "visit": np.arange(size),
            "person": person,
            "claim_id": claim_id,
            "patient_code": "BN" + digits(person * 7 % 9_999_991, 8),
            "full_name": wrong.names(names),
            "personal_number": number,
            "birth_time": birth + "0000",
            "sex": wrong.sex(people.male[person], (1, 2, 3)),
            "ethnicity_code": digits(people.ethnicity[person], 2),
            "residence_province_code": country.provinces(geography.ward63_province[ward], day),
            "residence_district_code": texts(geography.ward63_district, np.where(day < MERGER, ward, -1)),
            "residence_ward_code": ward_code,
            "main_diagnosis": texts(
                [*read_csv("diagnoses.csv")["icd10"].to_list(), "O80"],
                np.where(visits.delivery >= 0, read_csv("diagnoses.csv").height, visits.diagnosis),
            ),
            "encounter_class": texts(
                ["1.1", "2", "3.3"],
                np.where(stays & (random.random(size) < 0.4), 1, np.where(random.random(size) < 0.06, 2, 0)),
            ),
            "admitted_at": visits.admitted.astype("datetime64[ms]"),
            "discharged_at": discharged.astype("datetime64[ms]"),
            "treatment_days": np.where(stays, np.maximum(nights, 1), 1),
            "treatment_result": random.integers(1, 3, size),
            "amount_drugs": sums[0],
            "amount_supplies": np.bincount(services.visit, supplies, size).astype(np.int64),
            "amount_total": total,
            "amount_insured_scope": scope,
            "amount_patient": total - scope,
            "amount_copaid": copaid,
            "amount_fund": fund,
            "amount_other": np.zeros(size, dtype=np.int64),
            "settlement_year": settled // 12 + 1970,
            "settlement_month": settled % 12 + 1,
            "care_type": digits(visits.care, 2),
            "facility_code": texts(facilities.code, visits.facility),
            "newborn_weight": digits(random.integers(2400, 4100, size), 4)
            .to_frame("w")
            .select(pl.when(pl.Series(visits.newborn)).then("w"))
            .to_series(),
        }
    )
