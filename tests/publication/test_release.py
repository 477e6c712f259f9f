"""Making releases: numbered, made once, never changed, and whole after a crash."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from ansinh.database import Role, connect
from ansinh.errors import AnsinhError
from ansinh.settings import get_settings
from publication import formats, ledger, release
from tests.publication import country_labels, nation


def test_unchanged_figures_make_no_new_release(national: pytest.MonkeyPatch) -> None:
    first, second = release.publish("2025-07"), release.publish("2025-07")
    assert (first.release_id, first.new, first.state) == ("2025-07-preliminary-1", True, "published")
    assert (second.release_id, second.new) == (first.release_id, False)
    assert [made.release_id for made in ledger.list_releases()] == [first.release_id]


def test_changed_figures_make_the_next_number_and_leave_the_first_alone(national: pytest.MonkeyPatch) -> None:
    first = release.publish("2025-12")
    before = {path.name: path.read_bytes() for path in first.path.iterdir()}
    nation.change()
    second = release.publish("2025-12")
    assert (second.release_id, second.new) == ("2025-12-preliminary-2", True)
    assert {path.name: path.read_bytes() for path in first.path.iterdir()} == before
    assert [made.release_id for made in ledger.list_releases()] == [second.release_id, first.release_id]


def test_a_file_that_was_changed_is_told(national: pytest.MonkeyPatch) -> None:
    made = release.publish("2025-07")
    page = made.path / "index.html"
    page.chmod(0o644)
    page.write_text("other", encoding="utf-8")
    changed = [file["path"] for file in ledger.show(made.release_id)["files"] if not file["intact"]]
    assert changed == ["index.html"]


def test_periods_and_vintages_are_numbered_apart(national: pytest.MonkeyPatch) -> None:
    wanted = [("2025-07", None), ("2025-07", "official"), ("2025-Q3", None), ("2025", "estimate"), ("2025-08", None)]
    assert [release.publish(*one).release_id for one in wanted] == [
        "2025-07-preliminary-1", "2025-07-official-1", "2025-Q3-preliminary-1", "2025-estimate-1",
        "2025-08-preliminary-1",
    ]  # fmt: skip


@pytest.mark.parametrize(("period", "holds"), [
    ("2025-12", {("M", "2025-06"), ("M", "2025-12"), ("Q", "2025-Q2"), ("Q", "2025-Q4"), ("A", "2025")}),
    ("2025-08", {("M", "2025-06"), ("M", "2025-08"), ("Q", "2025-Q2")}),
    ("2025-Q3", {("Q", "2025-Q2"), ("Q", "2025-Q3")}),
    ("2025", {("A", "2025")}),
])  # fmt: skip
def test_a_release_holds_what_has_ended_by_its_period(
    national: pytest.MonkeyPatch, period: str, holds: set[tuple[str, str]]
) -> None:
    made = release.publish(period)
    with connect(Role.PUBLISHER) as connection:
        rows = connection.execute(
            "select freq, min(period), max(period) from release.observation where release_id = %s group by 1",
            [made.release_id],
        ).fetchall()
    assert {(freq, end) for freq, *ends in rows for end in ends} == holds


@pytest.mark.parametrize("vintage", ["estimate", "preliminary"])
def test_no_vintage_follows_a_later_one(national: pytest.MonkeyPatch, vintage: str) -> None:
    release.publish("2025-12", "official")
    nation.change()
    with pytest.raises(AnsinhError, match="2025-12-official-1 is official") as caught:
        release.publish("2025-12", vintage)
    assert "--vintage official" in caught.value.next_step
    assert release.publish("2025-12", "official").release_id == "2025-12-official-2"
    assert release.publish("2025-07", vintage).new


def test_an_unknown_code_stops_the_release(empty_warehouse: object) -> None:
    country_labels.load(nation.figures())
    with connect(Role.TRANSFORMER) as connection:
        connection.execute("update indicators.indicator_observation set obs_status = 'Z' where period = '2025-Q4'")
    with pytest.raises(AnsinhError, match="OBS_STATUS"):
        release.publish("2025-Q4")
    assert ledger.list_releases() == []
    assert list(get_settings().prepared_dir.iterdir()) == []


def test_what_a_crash_leaves_is_cleared_away(national: pytest.MonkeyPatch) -> None:
    prepared, published = get_settings().prepared_dir, get_settings().releases_dir
    (prepared / ".2025-07-preliminary-1.1").mkdir(parents=True)
    (published / "2025-07-preliminary-1").mkdir(parents=True)
    (published / "2025-07-preliminary-1" / "half").write_text("a folder whose transaction was lost", encoding="utf-8")
    made = release.publish("2025-07")
    assert all(file["intact"] for file in ledger.show(made.release_id)["files"])
    assert list(prepared.iterdir()) == []
    [aside] = published.glob("*.unrecorded-*")
    assert (aside / "half").exists()


def test_a_release_that_was_moved_but_not_recorded_is_published_as_it_is(national: pytest.MonkeyPatch) -> None:
    made = release.submit("2025-07")
    made.path.parent.mkdir(parents=True, exist_ok=True)
    made.folder.rename(made.path)
    again = release.publish("2025-07")
    assert (again.release_id, again.state) == (made.release_id, "published")
    assert all(file["intact"] for file in ledger.show(made.release_id)["files"])


def test_a_failure_while_writing_leaves_nothing(national: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with national.context() as patch:
        patch.setattr(formats, "write", fail)
        with pytest.raises(OSError, match="No space left"):
            release.publish("2025-07")
    assert list(get_settings().prepared_dir.iterdir()) == []
    assert ledger.list_releases() == []
    assert release.publish("2025-07").new


def test_two_publications_at_once_make_one_release(national: pytest.MonkeyPatch) -> None:
    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(lambda _: release.publish("2025-07"), range(2)))
    assert {one.release_id for one in made} == {"2025-07-preliminary-1"}
    assert sorted(one.new for one in made) == [False, True]


@pytest.mark.parametrize(("period", "vintage", "message"), [
    ("2025-13", "preliminary", "not a month, quarter or year"),
    ("2025-Q5", None, "not a month, quarter or year"),
    ("2025-07", "final", "not a vintage"),
    ("2030-01", "preliminary", "no figures for 2030-01"),
    ("2024", "preliminary", "no figures for 2024"),
])  # fmt: skip
def test_a_wrong_request_says_what_exists(
    national: pytest.MonkeyPatch, period: str, vintage: str | None, message: str
) -> None:
    with pytest.raises(AnsinhError, match=message) as caught:
        release.publish(period, vintage)
    assert caught.value.next_step


def test_without_indicators_the_next_step_is_to_build(empty_warehouse: object) -> None:
    with pytest.raises(AnsinhError, match="not built"):
        release.publish("2025-07")
