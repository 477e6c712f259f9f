"""Employers with heavy-tailed sizes, and the collection units of voluntary insurance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from sandbox.world.geography import Geography
from sandbox.world.identifiers import tax_codes, unit_codes
from sandbox.world.tools import Array, days, digits, generator, read_csv, texts, weighted

OWNERSHIPS = ["state", "private", "foreign", "household", "other"]
STATE, PRIVATE, FOREIGN, HOUSEHOLD, UNIT = range(5)
LATE_JOBS = 0.075
"""Share of jobs at employers who pay late; with what they settle later, about 3 % of what is payable stays unpaid."""
_WORDS = [
    "An",
    "Bình",
    "Minh",
    "Phát",
    "Thịnh",
    "Hưng",
    "Đại",
    "Tân",
    "Việt",
    "Hoàng",
    "Kim",
    "Long",
    "Phú",
    "Thành",
    "Đông",
    "Nam",
    "Thiên",
    "Gia",
    "Hải",
    "Sơn",
    "Trường",
    "Vĩnh",
    "Ngọc",
    "Quang",
    "Hoà",
    "Toàn",
    "Thuận",
    "Lộc",
]
_FORMS = ["Cơ quan", "Công ty TNHH", "Công ty TNHH (vốn nước ngoài)", "Hộ kinh doanh", "Đại lý thu"]


@dataclass(frozen=True)
class Employers:
    """Employers as columns; the last `units` of them collect voluntary insurance."""

    units: int
    province: Array
    weight: Array
    industry: Array
    ownership: Array
    wage: Array
    tax_code: pl.Series
    unit_code: pl.Series
    name: pl.Series
    registered: Array
    public: Array

    @property
    def size(self) -> int:
        """Number of employers and collection units."""
        return len(self.province)

    @property
    def firms(self) -> int:
        """Number of employers, without collection units."""
        return self.size - self.units


def build_employers(workers: int, geography: Geography, seed: int) -> Employers:
    """Return employers for that many insured workers: about 1 for 22, sizes by a power law."""
    random = generator(seed, "employers")
    table = read_csv("industries.csv")
    count, provinces = max(workers // 22, 20), len(geography.province63)
    units = provinces
    province = np.r_[
        np.sort(weighted(random, geography.weight * geography.formal_jobs**2, count)), np.arange(provinces)
    ]
    industry = weighted(random, table["weight"].to_numpy(), count)
    draw = random.random(count)
    state, foreign = table["state"].to_numpy()[industry], table["foreign"].to_numpy()[industry]
    ownership = np.where(
        draw < state, STATE, np.where(draw < state + foreign, FOREIGN, np.where(draw > 0.93, HOUSEHOLD, PRIVATE))
    )
    weight = np.minimum(random.pareto(1.05, count) + 1, max(count * 0.6, 20))
    weight *= np.array([2.2, 0.8, 4.0, 0.25, 0.0])[ownership]
    wage = table["wage"].to_numpy()[industry] * np.array([1.05, 0.98, 1.15, 0.85, 1.0])[ownership]
    wage *= random.lognormal(0, 0.15, count)
    government = industry == table["code_2018"].to_list().index("O84110")
    industry = np.r_[industry, np.full(units, table["code_2018"].to_list().index("O84110"))]
    ownership = np.r_[ownership, np.full(units, UNIT)]
    size = count + units
    words = [texts(_WORDS, random.integers(0, len(_WORDS), size)) for _ in range(2)]
    titles = texts(table["title"].to_list(), industry)
    titles = (
        titles.to_frame("t")
        .select(pl.when(pl.Series(ownership == UNIT)).then(pl.lit("bảo hiểm xã hội")).otherwise("t"))
        .to_series()
    )
    name = pl.select(pl.concat_str(pl.Series(texts(_FORMS, ownership)), titles, *words, separator=" ")).to_series()
    code = digits(tax_codes(0, size), 10)
    branch = pl.Series(np.r_[random.random(count) < 0.06, np.zeros(units, dtype=bool)])
    code = pl.select(pl.when(branch).then(code + "-001").otherwise(code)).to_series()
    return Employers(
        units,
        province,
        np.r_[weight, np.zeros(units)],
        industry,
        ownership,
        np.r_[wage, np.ones(units)],
        code,
        unit_codes(size),
        name,
        days(np.datetime64("2001-01-01"), random.integers(0, 8300, size)),
        np.r_[government & (ownership[:count] == STATE), np.zeros(units, dtype=bool)],
    )


def late_payers(employers: Employers, jobs: Array, seed: int) -> Array:
    """Choose the employers who pay late, by their share of the jobs; neither the State nor the largest."""
    random = generator(seed, "late payers")
    order = random.permutation(employers.size)
    may = (employers.ownership[order] != STATE) & (jobs[order] <= max(0.01 * jobs.sum(), 3))
    share = np.cumsum(jobs[order] * may) / max(jobs.sum(), 1)
    late = np.zeros(employers.size, dtype=bool)
    late[order[may & (share <= LATE_JOBS)]] = True
    return late
