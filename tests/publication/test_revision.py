"""What a revision says of itself: how much moved, and for which reasons."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansinh.database import Role, connect
from ansinh.errors import AnsinhError
from publication import basis, ledger, release, revision
from tests.publication import nation


def recorded(made: ledger.Release) -> list[dict[str, Any]]:
    with connect(Role.PUBLISHER) as connection:
        return revision.of(connection, made.release_id)


def test_a_correction_moves_a_figure_and_the_release_says_by_how_much(national: pytest.MonkeyPatch) -> None:
    nation.deliver("vss.hi_card.2025-12")
    nation.deliver("vss.contribution.2025-12")
    first = release.publish(nation.LAST)
    nation.change(by=60)
    nation.deliver("vss.hi_card.2025-12", revision=2)
    second = release.publish(nation.LAST)
    assert recorded(first) == []
    [row] = recorded(second)
    assert (row["previous_id"], row["indicator"]) == (first.release_id, "HI_COV")
    assert (row["compared"], row["moved"], row["hidden"], row["shown"], row["added"], row["removed"]) == (
        210, 1, 0, 0, 0, 0,
    )  # fmt: skip
    assert (row["largest_change"], row["unit"], row["causes"]) == (pytest.approx(0.1, abs=0.003), "PT", ["correction"])
    manifest = json.loads((second.path / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["revisions"] == [row]
    assert {batch["batch_id"]: batch["revision"] for batch in manifest["made_from"]["batches"]} == {
        "vss.contribution.2025-12": 1, "vss.hi_card.2025-12": 2,
    }  # fmt: skip
    found = revision.diff(first.release_id, second.release_id)
    assert (found["reasons"]["corrected"], found["reasons"]["late"]) == (["vss.hi_card.2025-12"], [])
    [figure] = found["figures"]
    assert (figure["what"], figure["period"], figure["area"], figure["causes"]) == (
        "moved", nation.LAST, "VN", ["correction"],
    )  # fmt: skip
    assert figure["numerator_after"] - figure["numerator_before"] == 60
    assert figure["change"] == row["largest_change"]
    back = revision.diff(second.release_id, first.release_id)
    assert back["figures"][0]["change"] == -figure["change"]


def test_late_data_of_a_new_month_and_a_first_figure_are_told_apart(national: pytest.MonkeyPatch) -> None:
    nation.deliver("vss.contribution.2025-11")
    first = release.publish("2025-11")
    nation.change("SI_COV", "2025-10", -40)
    nation.deliver("vss.contribution.2025-12")
    second = release.publish("2025-12")
    [row] = recorded(second)
    assert (row["previous_id"], row["indicator"], row["moved"], row["added"]) == (first.release_id, "SI_COV", 1, 0)
    assert row["causes"] == ["late data"]


def test_a_new_method_and_new_links_are_reasons_where_they_apply(national: pytest.MonkeyPatch) -> None:
    first = release.publish(nation.LAST)
    with connect(Role.TRANSFORMER) as connection:
        connection.execute("update indicators.indicator set method_version = '2.0' where indicator = 'HI_COV'")
        connection.execute("update indicators.indicator set linked = (indicator = 'SI_COV')::text")
    known = basis.current
    national.setattr(basis, "current", lambda *given: _with_model(known(*given), "2026-02"))
    nation.change("HI_COV")
    nation.change("SI_COV")
    nation.change("UI_COV")
    second = release.publish(nation.LAST)
    assert {row["indicator"]: row["causes"] for row in recorded(second)} == {
        "HI_COV": ["method"], "SI_COV": ["linkage"], "UI_COV": ["unknown"],
    }  # fmt: skip
    reasons = revision.diff(first.release_id, second.release_id)["reasons"]
    assert (reasons["methods"], reasons["links"]) == (["HI_COV"], ["model None became 2026-02"])


def test_hidden_and_shown_figures_are_counted_apart(national: pytest.MonkeyPatch) -> None:
    first = release.publish(nation.LAST)
    with connect(Role.TRANSFORMER) as connection:
        row = connection.execute(
            """update indicators.indicator_observation set numerator = 1
            where (indicator, period, sex, age) = ('UNEMP_COV', '2025-Q4', '_T', 'Y15T24') returning numerator"""
        ).fetchone()
    assert row == (1,)
    second = release.publish(nation.LAST)
    hidden = [row for row in recorded(second) if row["hidden"]]
    assert [row["indicator"] for row in hidden] == ["UNEMP_COV"]
    back = revision.diff(second.release_id, first.release_id)["indicators"]
    assert [(row["indicator"], row["shown"]) for row in back] == [("UNEMP_COV", hidden[0]["hidden"])]


def test_the_same_release_differs_in_nothing(national: pytest.MonkeyPatch) -> None:
    made = release.publish("2025-Q4")
    found = revision.diff(made.release_id, made.release_id)
    assert (found["indicators"], found["figures"]) == ([], [])
    assert not any(found["reasons"].values())


def test_quarters_and_years_are_revised_apart_from_months(national: pytest.MonkeyPatch) -> None:
    release.publish("2025-12")
    year, quarter = release.publish("2025", "estimate"), release.publish("2025-Q4")
    nation.change("WKINJ_COV", "2025")
    official = release.publish("2025", "official")
    assert recorded(year) == recorded(quarter) == []
    assert [(row["previous_id"], row["indicator"]) for row in recorded(official)] == [(year.release_id, "WKINJ_COV")]


def test_an_unknown_release_is_named(national: pytest.MonkeyPatch) -> None:
    made = release.publish("2025-Q4")
    with pytest.raises(AnsinhError, match=r"no release 2025-Q4-preliminary-9"):
        revision.diff(made.release_id, "2025-Q4-preliminary-9")


def _with_model(given: basis.Basis, model: str) -> basis.Basis:
    return basis.Basis(**{**vars(given), "linkage_model": model})
