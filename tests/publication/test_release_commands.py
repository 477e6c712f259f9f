"""The commands of the statistics office, as they are typed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from ansinh.cli import app
from publication import release
from tests.publication import nation


def call(*arguments: str) -> str:
    """Return what a command prints; it must succeed."""
    done = CliRunner().invoke(app, ["release", *arguments])
    assert done.exit_code == 0, done.output
    return done.stdout


def parsed(*arguments: str) -> Any:
    return json.loads(call(*arguments, "--json"))


def test_from_approval_to_withdrawal(national: pytest.MonkeyPatch) -> None:
    first = release.publish(nation.LAST).release_id
    nation.set_release(national, approval="manual")
    nation.change()
    second = release.publish(nation.LAST).release_id
    nation.change()
    third = release.publish(nation.LAST).release_id
    assert [(made["release_id"], made["state"]) for made in parsed("list")] == [
        (third, "prepared"), (second, "refused"), (first, "published"),
    ]  # fmt: skip
    assert "Published" in call("approve", third, "--by", "Bình")
    moved = parsed("diff", first, third)
    assert [(row["indicator"], row["moved"]) for row in moved["indicators"]] == [("HI_COV", 1)]
    assert "HI_COV 2025-12 VN" in call("diff", first, third)
    assert first in call("withdraw", third, "--reason", "Wrong base", "--by", "Bình").splitlines()[-1]
    shown = parsed("show", third)
    assert (shown["state"], shown["withdrawal"]["reason"]) == ("withdrawn", "Wrong base")
    assert [decision["decided_by"] for decision in shown["decisions"]] == ["Bình"]
    assert "Withdrawn by Bình" in call("show", third)


def test_a_refusal_by_hand(national: pytest.MonkeyPatch) -> None:
    nation.set_release(national, approval="manual")
    made = release.publish(nation.LAST).release_id
    assert "is refused" in call("refuse", made, "--reason", "A jump")
    assert parsed("list")[0]["published_at"] is None


def test_the_calendar_names_the_release_that_met_a_date(national: pytest.MonkeyPatch) -> None:
    made = release.publish("2025-11").release_id
    met = {row["period"]: row for row in parsed("calendar", "--year", "2025") if row["release"]}
    assert set(met) == {"2025-11"}
    assert met["2025-11"] == {
        "day": "2025-12-06", "not_before": None, "period": "2025-11", "vintage": "preliminary", "release": made,
    }  # fmt: skip
    assert "2025-12-06" in call("calendar", "--year", "2025")
