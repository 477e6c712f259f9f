"""Disclosure control: what is sensitive is hidden, what need not be is shown, and the same cell is hidden alike."""

from __future__ import annotations

from functools import lru_cache

import polars as pl
import pytest

from publication import audit
from publication.disclosure import Rules, suppress
from tests.publication import country, country_labels

RULES = Rules(threshold=5)
NUMBERS = ["numerator", "denominator", "value", "lower", "upper", "contributors", "largest_1", "largest_2"]


@lru_cache(maxsize=8)
def _figures(people: int, month: str = "2025-06", provinces: int = 63) -> pl.DataFrame:
    return country.observations(people, month, month, provinces=provinces)


def _hide(figures: pl.DataFrame) -> pl.DataFrame:
    return suppress(figures, country_labels.areas(), RULES)


@pytest.mark.parametrize(("people", "provinces"), [(3_000, 5), (30_000, 12), (300_000, 63)])
def test_no_small_count_is_published(people: int, provinces: int) -> None:
    hidden = _hide(_figures(people, provinces=provinces))
    shown = hidden.filter(pl.col("conf_status") == "F", pl.col("unit") != "VND", pl.col("contributors").is_null())
    someone = shown.filter((pl.col("denominator") > 0) | pl.col("denominator").is_null())
    rest = pl.col("denominator") - pl.col("numerator")
    assert someone.height > 0
    assert someone.filter((pl.col("numerator") < 5) | rest.is_between(0, 4)).is_empty()
    suppressed = hidden.filter(pl.col("conf_status") != "F")
    assert set(suppressed["conf_status"]) == {"C", "D"}
    assert set(suppressed["obs_status"]) == {"Q"}
    assert suppressed.select(NUMBERS).null_count().sum_horizontal().item() == len(NUMBERS) * suppressed.height


def test_rows_and_free_figures_stay_as_they_are() -> None:
    full = _figures(300_000)
    hidden = _hide(full)
    assert hidden.select(country.KEYS).equals(full.select(country.KEYS))
    free = hidden["conf_status"] == "F"
    assert 0.5 < free.mean() < 1  # type: ignore[operator]
    assert hidden.drop("conf_status").filter(free).equals(full.filter(free))


def test_a_table_without_small_cells_is_published_whole() -> None:
    hidden = _hide(_figures(100_000_000).filter(indicator="SI_COV"))
    assert (hidden["conf_status"] == "F").all()


def test_a_threshold_of_one_hides_nothing() -> None:
    hidden = suppress(_figures(3_000, provinces=5), country_labels.areas(), Rules(threshold=1))
    assert (hidden["conf_status"] == "F").all()


def test_the_lists_agree() -> None:
    """A new province that is one old province under another list is hidden alike, and so is the nation."""
    hidden = _hide(_figures(100_000).filter(indicator="HI_COV"))
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
    full = _figures(30_000, provinces=12)
    shuffled = _hide(full.sample(fraction=1, shuffle=True, seed=1))
    assert shuffled.sort(country.KEYS).equals(_hide(full).sort(country.KEYS))


def test_the_number_of_processes_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    full = _figures(30_000, provinces=12)
    alone = _hide(full)
    monkeypatch.setattr(audit, "_MUCH", 0)
    assert _hide(full).equals(alone)


def test_shares_over_a_hundred_per_cent_are_no_small_complement() -> None:
    """A survey's base can be smaller than the persons counted: there is nobody outside to protect."""
    full = _figures(100_000_000, "2025-07").filter(indicator="SI_COV")
    over = full.with_columns(denominator=pl.col("numerator") - 2)
    assert (_hide(over)["conf_status"] == "F").all()


@pytest.mark.parametrize(("people", "provinces"), [(5_000, 12), (30_000, 30)])
def test_the_national_figure_is_published_when_it_is_not_small_itself(people: int, provinces: int) -> None:
    hidden = _hide(_figures(people, provinces=provinces).filter(pl.col("indicator").is_in(country.HEADLINE)))
    nation = hidden.filter(area="VN", sex="_T", age="_T")
    assert nation.height == len(country.HEADLINE) * 2
    assert (nation["conf_status"] == "F").all()


def test_where_nobody_lives_nothing_is_hidden() -> None:
    empty = _figures(100_000_000, "2025-07").filter(indicator="HI_COV").with_columns(
        pl.when(pl.col("area") == "01").then(0.0).otherwise(name).alias(name) for name in ("numerator", "denominator")
    )  # fmt: skip
    assert (_hide(empty).filter(area="01")["conf_status"] == "F").all()


def test_a_count_is_hidden_where_the_rate_with_the_same_numerator_is() -> None:
    hidden = _hide(_figures(600, provinces=5))
    key = ["area", "sex", "age"]
    rate, count = (
        hidden.filter(indicator=name, area_list="34", category="_T").select(*key, "conf_status")
        for name in ("SI_COV", "SI_NUM")
    )
    both = rate.join(count, on=key)
    assert (both["conf_status"] != "F").any()
    assert ((both["conf_status"] == "F") == (both["conf_status_right"] == "F")).all()


def test_a_rate_is_hidden_where_its_base_is_a_hidden_count() -> None:
    """Of the voluntarily insured some are subsidised: where the insured are hidden, so is what they are the base of."""
    insured = _figures(20_000, provinces=12).filter(indicator="SI_COV_VOL", area_list="34")
    margins = insured.filter((pl.col("sex") == "_T") | (pl.col("age") == "_T"))
    subsidised = margins.with_columns(
        indicator=pl.lit("SUBSIDY_VOL"), denominator=pl.col("numerator"), numerator=(0.5 * pl.col("numerator")).floor()
    )
    hidden = _hide(pl.concat([insured, subsidised]))
    key = ["area", "sex", "age"]
    bases = hidden.filter(pl.col("conf_status") != "F", indicator="SI_COV_VOL").select(key)
    rates = hidden.filter(indicator="SUBSIDY_VOL").join(bases, on=key)
    assert rates.height > 0
    assert (rates["conf_status"] != "F").all()


def _late(amounts: dict[str, list[float]]) -> pl.DataFrame:
    """Return what employers of some provinces pay late, with the totals of the country."""
    country_wide = sorted((amount for units in amounts.values() for amount in units), reverse=True)
    rows = [
        (area, float(sum(units)), 50.0 * sum(units), float(len(units)), max(units), sorted(units)[-2])
        for area, units in {**amounts, "VN": country_wide}.items()
    ]
    names = ["area", "numerator", "denominator", "contributors", "largest_1", "largest_2"]
    sums = pl.DataFrame(rows, schema=names, orient="row").with_columns(
        area_list=pl.lit("34"), sex=pl.lit("_T"), age=pl.lit("_T"), breakdown=pl.lit("_T"), category=pl.lit("_T")
    )
    return country.figures(sums, "LATE_RATE", "M", "2025-07", "PT", "contributions due")


@pytest.mark.parametrize(
    ("units", "why"),
    [
        ([50.0, 40.0, 30.0], "fewer units than the threshold"),
        ([700.0, 200.0, 20.0, 20.0, 20.0, 20.0], "two units have more than 85 per cent"),
        ([700.0, 20.0, 20.0, 20.0, 10.0], "the second largest knows the largest to within 10 per cent"),
    ],
)
def test_money_of_few_or_of_one_large_unit_is_hidden(units: list[float], why: str) -> None:
    many = [10.0 + step for step in range(30)]
    figures = _late({"01": units, "04": many, "08": many, "11": many})
    marks = dict(_hide(figures).select("area", "conf_status").iter_rows())
    assert marks["01"] == "C", why
    assert sorted(marks.values()) == ["C", "D", "F", "F", "F"]
    assert marks["VN"] == "F"


def test_figures_without_persons_are_free() -> None:
    figures = _figures(3_000, provinces=5)
    services = figures.filter(indicator="UNEMP_COV").with_columns(indicator=pl.lit("OPS_ONLINE"))
    funds = figures.filter(indicator="FUND_BAL")
    assert (_hide(pl.concat([services, funds]))["conf_status"] == "F").all()
    assert (_hide(figures.filter(indicator="UNEMP_COV"))["conf_status"] != "F").any()


def test_what_was_hidden_stays_hidden_and_what_was_shown_is_no_shelter() -> None:
    figures = _figures(60_000, provinces=12).filter(indicator="ONETIME")
    first = _hide(figures)
    more = figures.with_columns(numerator=pl.col("numerator") + 3)
    assert (_hide(more)["conf_status"] == "F").sum() > (first["conf_status"] == "F").sum()
    second = suppress(more, country_labels.areas(), RULES, first)
    assert (second.filter(first["conf_status"] != "F")["conf_status"] != "F").all()
    assert (second.filter(first["conf_status"] == "F")["conf_status"] == "F").all()


def test_an_index_of_few_answers_is_hidden_and_cannot_be_computed_from_the_mean_of_all() -> None:
    answers = {"01": (3.0, 90.0), "04": (60.0, 80.0), "08": (70.0, 85.0), "VN": (133.0, 82.8)}
    total = {name: pl.lit("_T") for name in ("sex", "age", "breakdown", "category")}
    rows = [(area, count, score) for area, (count, score) in answers.items()]
    sums = pl.DataFrame(rows, schema=["area", "denominator", "numerator"], orient="row")
    sums = sums.with_columns(area_list=pl.lit("34"), **total)
    figures = country.figures(sums, "SAT_INDEX", "A", "2025", "IX", None)
    marks = dict(_hide(figures).select("area", "conf_status").iter_rows())
    assert marks == {"01": "C", "04": "D", "08": "F", "VN": "F"}
