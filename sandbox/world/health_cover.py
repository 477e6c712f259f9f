"""Health insurance: who is covered in each month and why, and the cards that say so."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sandbox.world.benefits import BENEFITS, PENSION_LIKE, SOCIAL, SUPPORT, UNEMPLOYMENT, Benefits, receivers
from sandbox.world.calendar import Window, coverage_path
from sandbox.world.geography import Geography
from sandbox.world.people import People
from sandbox.world.tools import Array, days, generator, top
from sandbox.world.work import Work

# Beneficiary letters with payer group, benefit level and issuer; 0 stands for no cover.
GROUPS = [
    ("", 0, 0, ""),
    ("DN", 1, 4, "vss"),
    ("CH", 1, 4, "vss"),
    ("HT", 2, 3, "vss"),
    ("TN", 2, 4, "vss"),
    ("TE", 3, 1, "vss"),
    ("BT", 3, 2, "vss"),
    ("DT", 3, 2, "vss"),
    ("HN", 3, 2, "vss"),
    ("CC", 3, 1, "vss"),
    ("QN", 3, 5, "defence"),
    ("CA", 3, 5, "police"),
    ("TQ", 3, 4, "defence"),
    ("HS", 4, 4, "vss"),
    ("CN", 4, 3, "vss"),
    ("GD", 5, 4, "vss"),
]
NONE, DN, CH, HT, TN, TE, BT, DT, HN, CC, QN, CA, TQ, HS, CN, GD = range(16)
LETTERS = [group[0] for group in GROUPS]
PAYER, LEVEL = np.array([group[1] for group in GROUPS]), np.array([group[2] for group in GROUPS])
ISSUER = [group[3] for group in GROUPS]
_LASTING = np.isin(np.arange(16), [HT, TE, CC, QN, CA])


@dataclass(frozen=True)
class Cards:
    """Spells of cover as columns; `first` and `last` are positions of months, `until` the last day as printed."""

    person: Array
    group: Array
    first: Array
    last: Array
    start: Array
    end: Array
    until: Array

    @property
    def size(self) -> int:
        """Number of spells."""
        return len(self.person)


def build_cover(
    people: People, work: Work, benefits: Benefits, geography: Geography, public: Array, window: Window, seed: int
) -> Array:
    """Return person by month: position in `GROUPS`, calibrated to the published coverage of each month."""
    random = generator(seed, "cover")
    cover = np.zeros((people.size, window.size), dtype=np.uint8)
    pensioner = receivers(benefits, PENSION_LIKE & (np.arange(len(BENEFITS)) != SOCIAL), window, people.size)
    social = receivers(benefits, np.isin(np.arange(len(BENEFITS)), [SOCIAL, SUPPORT]), window, people.size)
    jobless = receivers(benefits, np.arange(len(BENEFITS)) == UNEMPLOYMENT, window, people.size)
    soldier_home = np.zeros(int(people.household.max()) + 1, dtype=bool)
    soldier_home[people.household[people.armed]] = True
    family = soldier_home[people.household] & ~people.armed & (random.random(people.size) < 0.35)
    minority = (
        (people.ethnicity != 1) & ~geography.ward63_urban[people.ward_first] & (random.random(people.size) < 0.72)
    )
    merit = (people.birth < np.datetime64("1958-01-01")) & (random.random(people.size) < 0.05)
    police = random.random(people.size) < 0.3
    # Students and the near-poor nearly all join; households decide by the year.
    liking = random.random(people.size)
    rates = coverage_path("hi", window) / 100
    for month in range(window.size):
        age, unit = window.age_months(people.birth, month), work.employer[:, month]
        present = people.present(window, month)
        pupil = (age >= 72) & (age < 22 * 12) & ~((age >= 18 * 12) & work.labour_force[:, month])
        group = np.select(
            [
                people.armed,
                unit >= 0,
                age < 72,
                pensioner[:, month],
                jobless[:, month],
                merit,
                family,
                people.poverty == 2,
                social[:, month],
                minority,
                people.poverty == 1,
                pupil,
            ],
            [np.where(police, CA, QN), np.where(public[unit], CH, DN), TE, HT, TN, CC, TQ, HN, BT, DT, CN, HS],
            GD,
        )
        by_choice = np.isin(group, [HS, CN, GD])
        certain = present & ~by_choice
        wanted = round(rates[month] * int(present.sum())) - int(certain.sum())
        joins = top(liking + 0.75 * (group != GD), present & by_choice, wanted)
        cover[:, month] = np.where(certain | joins, group, NONE)
    return cover


def build_cards(people: People, cover: Array, window: Window, seed: int) -> Cards:
    """Cut the covered months into cards: a new one with a new group, and each January unless it lasts for years."""
    random = generator(seed, "cards")
    size = window.size
    january = np.array([month.endswith("-01") for month in window.months])
    january[0] = False
    covered = cover != NONE
    same = np.zeros_like(covered)
    same[:, 1:] = (cover[:, 1:] == cover[:, :-1]) & covered[:, 1:] & ~(january[1:] & ~_LASTING[cover[:, 1:]])
    starts = np.flatnonzero((covered & ~same).ravel())
    following = np.zeros_like(covered)
    following[:, :-1] = same[:, 1:]
    ends = np.flatnonzero((covered & ~following).ravel())
    person, first, last = starts // size, starts % size, ends % size
    group = cover.ravel()[starts]

    start = window.first_days[first].copy()
    year_start = start.astype("datetime64[Y]").astype("datetime64[D]")
    before = first == 0
    start[before] = year_start[before]
    lasting = before & _LASTING[group]
    start[lasting] = days(window.start, -random.integers(200, 1500, int(lasting.sum())))
    newborn = people.birth[person] > start
    start[newborn] = people.birth[person][newborn]
    until = (start.astype("datetime64[Y]") + 1).astype("datetime64[D]") - 1
    six = ((people.birth[person].astype("datetime64[M]") + 72).astype("datetime64[D]")) - 1
    until = np.where(
        group == TE,
        six,
        np.where(_LASTING[group], (start.astype("datetime64[Y]") + 5).astype("datetime64[D]") - 1, until),
    )
    until = np.maximum(until, window.last_days[last])
    ended = last < size - 1
    end = np.where(ended, window.last_days[last], until)
    # In the month of a death nobody is counted as covered at its end, but the card is good until that day.
    death = people.death[person]
    dies = (death == death) & (window.index(death) <= last + 1)
    end = np.where(dies, np.maximum(death, start), end)
    # Households and pupils who stop paid to the end of their spell: their cards say so from the beginning.
    known = ended & np.isin(group, [GD, HS, CN]) & ~dies
    until = np.where(known, end, until)
    return Cards(person, group, first, last, start, end, until)
