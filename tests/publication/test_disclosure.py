"""Disclosure control: nothing small is shown, and what is hidden cannot be computed from what is shown."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from scipy.optimize import linprog
from scipy.sparse import lil_matrix

from publication.disclosure import suppress
from tests.publication import country

THRESHOLD = 5
MONTHS = {"both lists": "2025-06", "new list alone": "2025-07"}


def _one(indicator: str, people: int, month: str, seed: int = 7) -> tuple[pl.DataFrame, pl.DataFrame]:
    full = country.observations(people, month, month, seed).filter(indicator=indicator)
    return full, suppress(full, country.areas(), THRESHOLD)


@pytest.mark.parametrize("month", MONTHS.values(), ids=MONTHS)
@pytest.mark.parametrize("people", [3_000, 30_000, 300_000])
def test_no_small_count_is_published(people: int, month: str) -> None:
    full = country.observations(people, month, month)
    hidden = suppress(full, country.areas(), THRESHOLD)
    rest = pl.col("denominator") - pl.col("numerator")
    shown = hidden.filter(pl.col("conf_status") == "F", pl.col("denominator") > 0)
    assert shown.filter((pl.col("numerator") < THRESHOLD) | rest.is_between(0, THRESHOLD - 1)).is_empty()
    suppressed = hidden.filter(pl.col("conf_status") != "F")
    assert suppressed["conf_status"].is_in(["C", "D"]).all()
    assert (suppressed["obs_status"] == "Q").all()
    assert suppressed.select("numerator", "denominator", "value").null_count().sum_horizontal()[0] == (
        3 * suppressed.height
    )


def test_rows_and_free_figures_stay_as_they_are() -> None:
    full, hidden = _one("HI_COV", 300_000, "2025-06")
    assert hidden.select(country.KEYS).equals(full.select(country.KEYS))
    free = hidden["conf_status"] == "F"
    assert 0.5 < free.mean() < 1  # type: ignore[operator]
    assert hidden.drop("conf_status").filter(free).equals(full.filter(free))


def test_a_table_without_small_cells_is_published_whole() -> None:
    _, hidden = _one("SI_COV", 100_000_000, "2025-06")
    assert (hidden["conf_status"] == "F").all()


def test_a_threshold_of_one_hides_nothing() -> None:
    full = country.observations(3_000, "2025-06", "2025-06")
    assert (suppress(full, country.areas(), 1)["conf_status"] == "F").all()


def test_the_lists_agree() -> None:
    """A new province that is one old province under another list is hidden alike, and so is the nation."""
    _, hidden = _one("HI_COV", 100_000, "2025-06")
    alone = country.crosswalk().group_by("new_code").agg(pl.col("old_code"), pl.len()).filter(len=1).explode("old_code")
    old = hidden.filter(area_list="63").join(alone, left_on="area", right_on="old_code")
    new = hidden.filter(area_list="34")
    key = ["sex", "age"]
    pairs = old.join(new, left_on=["new_code", *key], right_on=["area", *key], suffix="_new")
    assert pairs.height > 0
    assert (pairs["conf_status"] == pairs["conf_status_new"]).all()
    nation = hidden.filter(area="VN").sort(*key)
    assert nation.filter(area_list="34")["conf_status"].equals(nation.filter(area_list="63")["conf_status"])


def test_the_same_figures_are_hidden_the_same_way() -> None:
    full, hidden = _one("PENS_COV", 30_000, "2025-06")
    shuffled = suppress(full.sample(fraction=1, shuffle=True, seed=1), country.areas(), THRESHOLD)
    assert shuffled.sort(country.KEYS).equals(hidden)


def test_shares_over_a_hundred_per_cent_are_no_small_complement() -> None:
    """A survey's base can be smaller than the persons counted: there is nobody outside to protect."""
    full, _ = _one("SI_COV", 100_000_000, "2025-07")
    over = full.with_columns(denominator=pl.col("numerator") - 2)
    assert (suppress(over, country.areas(), THRESHOLD)["conf_status"] == "F").all()


@pytest.mark.parametrize(
    ("people", "month", "provinces"),
    [
        (1_500, "2025-06", 8),
        (6_000, "2025-06", 8),
        (20_000, "2025-06", 8),
        (2_000, "2025-07", 10),
        (9_000, "2025-07", 10),
    ],
)
@pytest.mark.parametrize("indicator", ["HI_COV", "PENS_COV", "SI_COV_VOL"])
def test_an_attack_with_linear_programming_finds_no_hidden_cell(
    people: int, month: str, provinces: int, indicator: str
) -> None:
    """The attacker knows every published sum, every denominator, and that a cell marked D is not a small one."""
    hidden = _small_country(indicator, people, month, provinces)
    cells = _cells(hidden)
    assert cells["hidden"].any()
    assert not cells["hidden"].all()
    for low, high in _ranges(cells):
        assert high - low >= 1 - 1e-6


def _small_country(indicator: str, people: int, month: str, provinces: int) -> pl.DataFrame:
    """A country of the first provinces only, its totals summed anew: small enough to attack every cell."""
    codes = country.crosswalk().sort("new_code", "old_code")["old_code"].to_list()[:provinces]
    random = np.random.default_rng(people)
    share, ages, concept, part = country.INDICATORS[indicator]
    cells = [(area, sex, age) for area in codes for sex in ("M", "F") for age in ages]
    denominator = random.poisson(people * part / len(cells) * random.gamma(2, 0.5, len(cells)))
    numerator = random.binomial(denominator, share)
    detail = pl.DataFrame(cells, schema=["area", "sex", "age"], orient="row").with_columns(
        numerator=numerator.astype(float), denominator=denominator.astype(float)
    )
    full = country.cube(detail, indicator, month, concept)
    # The attacker knows the denominators, so they are kept beside the suppressed table.
    return suppress(full, country.areas(), THRESHOLD).with_columns(known=full["denominator"])


def _cells(hidden: pl.DataFrame) -> pl.DataFrame:
    """One row per distinct cell: a province that only changed its list is one cell of the attacker's equations."""
    successor = dict(country.crosswalk().iter_rows())
    alone = {new for new in successor.values() if list(successor.values()).count(new) == 1}
    node = [
        "VN" if area == "VN" else f"34-{successor[area]}" if number == "63" and successor[area] in alone
        else f"{number}-{area}"
        for number, area in hidden.select("area_list", "area").iter_rows()
    ]  # fmt: skip
    return hidden.with_columns(node=pl.Series(node), hidden=pl.col("conf_status") != "F").unique(
        ["node", "sex", "age"], maintain_order=True
    )


def _ranges(cells: pl.DataFrame) -> list[tuple[float, float]]:
    """Return the range of each hidden numerator that fits everything published."""
    keys = list(cells.select("node", "sex", "age").iter_rows())
    index = {key: i for i, key in enumerate(keys)}
    nodes, sexes, ages = (sorted({key[i] for key in keys}) for i in range(3))
    successor = dict(country.crosswalk().iter_rows())
    children: dict[str, list[str]] = {"VN": []}
    for node in nodes:
        if node != "VN":
            parent = f"34-{successor[node[3:]]}" if node.startswith("63") else "VN"
            children.setdefault(parent, []).append(node)
    sums = []
    for node, sex, age in keys:
        for total, parts in (
            ((node, "_T", age), [(node, part, age) for part in sexes if part != "_T"]),
            ((node, sex, "_T"), [(node, sex, part) for part in ages if part != "_T"]),
        ):
            if total == (node, sex, age):
                sums.append((total, parts))
        if children.get(node):
            sums.append(((node, sex, age), [(child, sex, age) for child in children[node]]))
    equations = lil_matrix((len(sums), len(keys)))
    for row, (total, parts) in enumerate(sums):
        equations[row, index[total]] = -1
        for part in parts:
            equations[row, index[part]] += 1
    bounds = [
        {"F": (value, value), "C": (0, known), "D": (THRESHOLD, known - THRESHOLD)}[mark]
        for mark, value, known in cells.select("conf_status", "numerator", "known").iter_rows()
    ]
    found = []
    for i in np.flatnonzero(cells["hidden"].to_numpy()):
        ends = []
        for sign in (1, -1):
            objective = np.zeros(len(keys))
            objective[i] = sign
            solved = linprog(objective, A_eq=equations.tocsr(), b_eq=np.zeros(len(sums)), bounds=bounds)
            assert solved.success, solved.message
            ends.append(sign * solved.fun)
        found.append((ends[0], ends[1]))
    return found


@pytest.mark.parametrize("people", [3_000, 30_000])
def test_the_national_figure_is_published_when_it_is_not_small_itself(people: int) -> None:
    hidden = suppress(country.observations(people, "2025-06", "2025-07"), country.areas(), THRESHOLD)
    nation = hidden.filter(area="VN", sex="_T", age="_T")
    assert nation.height == len(country.INDICATORS) * 3
    assert (nation["conf_status"] == "F").all()


def test_where_nobody_lives_nothing_is_hidden() -> None:
    empty = country.observations(100_000_000, "2025-07", "2025-07").with_columns(
        pl.when(pl.col("area") == "01").then(0.0).otherwise(name).alias(name) for name in ("numerator", "denominator")
    )
    assert (suppress(empty, country.areas(), THRESHOLD).filter(area="01")["conf_status"] == "F").all()
