"""Sign-off, embargo and withdrawal: nothing is seen before it is approved and due, and what was wrong says so."""

from __future__ import annotations

import datetime as dt
from typing import Any

import psycopg
import pytest

from ansinh import status
from ansinh.database import Role, connect
from ansinh.errors import AnsinhError
from publication import approval, figures, ledger, release, schedule
from tests.publication import nation


def seen() -> tuple[Any, Any]:
    """What the readers' commands show: the release of `status`, and the numerator of a figure."""
    newest = status.read()["release"]
    return newest and newest["release_id"], figures.indicator("HI_COV", nation.LAST, "VN")[0]["numerator"]


def test_a_release_waits_for_approval_and_nobody_sees_it(national: pytest.MonkeyPatch) -> None:
    nation.set_release(national, approval="manual")
    made = release.publish(nation.LAST)
    assert (made.state, made.path.exists(), made.folder.exists()) == ("prepared", False, True)
    assert status.read()["release"] is None
    with pytest.raises(AnsinhError, match=f"{made.release_id} is prepared"):
        figures.indicator("HI_COV", nation.LAST, "VN")
    approval.approve(made.release_id, "Trần Thị Bình", "Checked against December.")
    assert approval.issue(made.release_id).state == "published"
    assert seen()[0] == made.release_id
    [decision] = ledger.show(made.release_id)["decisions"]
    assert (decision["verdict"], decision["decided_by"]) == ("approved", "Trần Thị Bình")
    assert abs(decision["decided_at"] - dt.datetime.now(dt.UTC)) < dt.timedelta(minutes=1)
    with pytest.raises(AnsinhError, match="is published already"):
        approval.refuse(made.release_id, "Trần Thị Bình", "Too late")


def test_a_refused_release_stays_unseen_and_the_one_before_holds(national: pytest.MonkeyPatch) -> None:
    first = release.publish(nation.LAST)
    before = seen()
    nation.set_release(national, approval="manual")
    nation.change()
    second = release.publish(nation.LAST)
    assert second.state == "prepared"
    assert seen() == before
    approval.refuse(second.release_id, "An", "HI_COV jumps")
    assert approval.issue(second.release_id).state == "refused"
    assert seen() == before == (first.release_id, before[1])
    again = release.publish(nation.LAST)
    assert (again.release_id, again.state, again.new) == (second.release_id, "refused", False)
    approval.approve(second.release_id, "An", "The jump is explained")
    assert approval.issue(second.release_id).state == "published"
    assert seen() == (second.release_id, before[1] + 7)


def test_newer_figures_supersede_a_release_that_waits(national: pytest.MonkeyPatch) -> None:
    nation.set_release(national, approval="manual")
    first = release.publish(nation.LAST)
    nation.change()
    second = release.publish(nation.LAST)
    with connect(Role.PUBLISHER) as connection:
        assert ledger.find(connection, first.release_id).state == "refused"
    assert second.release_id in ledger.show(first.release_id)["decisions"][0]["reason"]


@pytest.mark.parametrize("is_approved", [True, False])
def test_the_first_answer_stands(national: pytest.MonkeyPatch, is_approved: bool) -> None:
    nation.set_release(national, approval="manual")
    made = release.publish(nation.LAST)
    assert "970 figures" in approval.question(made.release_id)
    moment = dt.datetime(2026, 1, 6, 2, tzinfo=dt.UTC)
    approval.answer(made.release_id, is_approved=is_approved, by="an", reason="", at=moment)
    approval.answer(made.release_id, is_approved=not is_approved, by="binh", reason="", at=moment)
    [decision] = ledger.show(made.release_id)["decisions"]
    assert (decision["verdict"], decision["decided_by"]) == ("approved" if is_approved else "refused", "an")
    assert decision["decided_at"] == moment
    assert approval.issue(made.release_id).state == ("published" if is_approved else "refused")


def test_under_embargo_nothing_is_shown_before_its_moment(national: pytest.MonkeyPatch) -> None:
    moment = dt.datetime.now(schedule.VIETNAM) + dt.timedelta(hours=1)
    national.setattr(schedule, "embargo", lambda *_: moment)
    made = release.publish(nation.LAST)
    assert (made.state, made.published_at, made.path.exists()) == ("approved", moment, False)
    assert status.read()["release"] is None
    with pytest.raises(AnsinhError, match="is approved"):
        figures.indicator("HI_COV", nation.LAST, "VN")
    assert approval.issue(made.release_id).state == "approved"
    national.setattr(approval, "_now", lambda: moment)
    assert release.publish(nation.LAST).state == "published"
    assert seen()[0] == made.release_id


def test_a_withdrawn_release_says_so_and_the_one_before_holds(national: pytest.MonkeyPatch) -> None:
    first = release.publish(nation.LAST)
    nation.change()
    second = release.publish(nation.LAST)
    figure = seen()[1]
    files = {path.name: path.read_bytes() for path in second.path.iterdir()}
    approval.withdraw(second.release_id, "Trần Thị Bình", "Cards of <one> province were counted twice")
    assert seen() == (first.release_id, figure - 7)
    notice = (second.path / approval.NOTICE).read_text(encoding="utf-8")
    assert "&lt;one&gt; province were counted twice" in notice
    assert f'href="../{first.release_id}/index.html"' in notice
    assert "thu hồi" in notice
    assert {path.name: path.read_bytes() for path in second.path.iterdir() if path.name != approval.NOTICE} == files
    shown = ledger.show(second.release_id)
    assert (shown["state"], shown["withdrawal"]["withdrawn_by"]) == ("withdrawn", "Trần Thị Bình")
    assert all(file["intact"] for file in shown["files"])
    [sentence] = ledger.withdrawn_notices(nation.LAST)
    assert sentence.startswith(f"{second.release_id} was withdrawn on ")
    # The same figures do not come back by themselves; other ones make the next release.
    again = release.publish(nation.LAST)
    assert (again.release_id, again.state) == (second.release_id, "withdrawn")
    nation.change(by=1)
    assert release.publish(nation.LAST).release_id == "2025-12-preliminary-3"
    assert ledger.withdrawn_notices(nation.LAST) == []


def test_without_a_release_before_it_a_withdrawn_figure_is_not_shown(national: pytest.MonkeyPatch) -> None:
    made = release.publish(nation.LAST)
    approval.withdraw(made.release_id, "An", "Wrong base")
    assert status.read()["release"] is None
    with pytest.raises(AnsinhError, match="is withdrawn"):
        figures.indicator("HI_COV", nation.LAST, "VN")


@pytest.mark.parametrize(("by", "reason", "message"), [("An", " ", "needs a reason"), ("", "Wrong", "and a name")])
def test_a_withdrawal_needs_a_reason_and_a_name(
    national: pytest.MonkeyPatch, by: str, reason: str, message: str
) -> None:
    made = release.publish(nation.LAST)
    with pytest.raises(AnsinhError, match=message):
        approval.withdraw(made.release_id, by, reason)
    assert seen()[0] == made.release_id


def test_only_what_is_published_is_withdrawn(national: pytest.MonkeyPatch) -> None:
    nation.set_release(national, approval="manual")
    made = release.publish(nation.LAST)
    with pytest.raises(AnsinhError, match="is prepared, not published"):
        approval.withdraw(made.release_id, "An", "Wrong")


def test_what_was_decided_stays_on_record(national: pytest.MonkeyPatch) -> None:
    nation.deliver("vss.hi_card.2025-12")
    first = release.publish(nation.LAST)
    nation.change()
    approval.withdraw(release.publish(nation.LAST).release_id, "An", "Wrong")
    assert first.state == "published"
    for table in ("decision", "publication", "withdrawal", "basis", "batch", "revision"):
        with connect(Role.PUBLISHER) as connection:
            assert connection.execute(f"select count(*) from release.{table}".encode()).fetchone() != (0,)
        for statement in (f"delete from release.{table}", f"update release.{table} set release_id = 'x'"):
            with connect(Role.PUBLISHER) as connection, pytest.raises(psycopg.Error):
                connection.execute(statement.encode())
