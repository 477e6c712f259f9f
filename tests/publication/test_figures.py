"""The figures as JSON: the published one with its vintage, else the working one, and never a small cell."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ansinh.database import Role, connect
from ansinh.errors import AnsinhError
from publication import release
from publication.figures import headline, indicator
from publication.release import Release

KEYS = [
    "indicator", "period", "area", "area_list", "sex", "age", "numerator", "denominator", "value", "unit",
    "denominator_concept", "vintage", "obs_status", "targets",
]  # fmt: skip


def test_a_figure_has_the_keys_other_programs_rely_on(published: Release) -> None:
    [figure] = indicator("HI_COV", "2025-07", "VN")
    assert list(figure) == KEYS
    assert json.loads(json.dumps(figure)) == figure
    assert figure["vintage"] == "preliminary"
    assert figure["value"] == pytest.approx(100 * figure["numerator"] / figure["denominator"], abs=1e-4)
    assert isinstance(figure["numerator"], int)
    assert {"period": "2025", "operator": ">", "value": 95.0, "source": "Decision 38/QD-TTg (11/01/2024)"} in (
        figure["targets"]
    )


def test_a_target_range_stays_a_range(published: Release) -> None:
    [figure] = indicator("SI_COV", "2025-07", "VN")
    assert "42-43" in [target["value"] for target in figure["targets"] if target["period"] == "2024"]


def test_an_open_breakdown_lists_every_part(published: Release) -> None:
    assert [figure["sex"] for figure in indicator("HI_COV", "2025-07", "VN", sex=None)] == ["F", "M", "_T"]
    assert len(indicator("PENS_COV", "2025-07", "VN", age=None)) == 4


def test_both_lists_have_their_own_areas(published: Release) -> None:
    # Codes that mean a merged province since July 2025; small ones may be hidden.
    pairs = [
        (indicator("HI_COV", "2025-06", code, area_list="63")[0], indicator("HI_COV", "2025-06", code)[0])
        for code in ("15", "24", "44", "52", "80", "82", "91")
    ]
    known = [(old["denominator"], new["denominator"]) for old, new in pairs if old["value"] and new["value"]]
    assert known
    assert all(old < new for old, new in known)


@pytest.mark.parametrize(("request_", "message", "exists"), [
    (("XX_COV", "2025-07", "VN"), "no indicator XX_COV", "SI_COV_VOL"),
    (("SI_COV", "2031-01", "VN"), "no SI_COV for 2031-01", "2025-06, 2025-07"),
    (("SI_COV", "2025-07", "99"), "no area 99", "VN"),
    (("SI_COV", "2025-07", "02"), "no area 02", "VN"),
    (("SI_COV", "2025-07", "VN", "X"), "no sex X", "F, M, _T"),
    (("SI_COV", "2025-07", "VN", "_T", "Y0T5"), "no age Y0T5", "Y_GE55"),
    (("SI_COV", "2025-07", "VN", "_T", "_T", "63"), "no area list 63", "34"),
])  # fmt: skip
def test_an_unknown_request_lists_what_exists(
    published: Release, request_: tuple[str, ...], message: str, exists: str
) -> None:
    with pytest.raises(AnsinhError, match=message) as caught:
        indicator(*request_)
    assert exists in caught.value.next_step


def test_the_headline_has_every_indicator_with_the_targets_of_the_year(published: Release) -> None:
    figures = headline("2025-07")
    assert [figure["indicator"] for figure in figures] == ["SI_COV", "SI_COV_VOL", "UI_COV", "HI_COV", "PENS_COV"]
    assert all(figure["name_vi"] and figure["area"] == "VN" for figure in figures)
    assert {target["period"] for figure in figures for target in figure["targets"]} == {"2025"}


def test_a_month_without_release_shows_working_figures(working: Path) -> None:
    release.publish("2025-06")
    assert indicator("HI_COV", "2025-06", "VN")[0]["vintage"] == "preliminary"
    assert indicator("HI_COV", "2025-07", "VN")[0]["vintage"] == "working"


def test_the_newest_release_speaks_not_the_working_figures(working: Path) -> None:
    release.publish("2025-07")
    [published] = indicator("HI_COV", "2025-06", "VN")
    with connect(Role.TRANSFORMER) as connection:
        connection.execute("update indicators.indicator_observation set numerator = numerator + 1000, value = 1")
    assert indicator("HI_COV", "2025-06", "VN") == [published]
    release.publish("2025-07", "official")
    [corrected] = indicator("HI_COV", "2025-06", "VN")
    assert corrected["vintage"] == "official"
    assert corrected["numerator"] == published["numerator"] + 1000


@pytest.mark.parametrize("published", [True, False])
def test_small_cells_never_show(working: Path, published: bool) -> None:
    if published:
        release.publish("2025-07")
    with connect(Role.PUBLISHER) as connection:
        small = connection.execute(
            "select area, sex, age from indicators.indicator_observation where indicator = 'SI_COV_VOL' "
            "and period = '2025-07' and numerator < 5 and denominator > 0"
        ).fetchall()
    assert small
    for area, sex, age in small[:10]:
        [figure] = indicator("SI_COV_VOL", "2025-07", area, sex, age)
        assert (figure["numerator"], figure["denominator"], figure["value"]) == (None, None, None)
        assert figure["obs_status"] == "Q"
