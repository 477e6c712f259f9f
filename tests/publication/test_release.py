"""Releases: numbered, made once, never changed, and whole after a crash."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ansinh.database import Role, connect
from ansinh.errors import AnsinhError
from ansinh.settings import get_settings
from publication import release, sdmx


def _change_one_figure() -> None:
    with connect(Role.TRANSFORMER) as connection:
        connection.execute(
            "update indicators.indicator_observation set numerator = numerator + 7 "
            "where indicator = 'HI_COV' and period = '2025-07' and area = 'VN' and sex = '_T' and age = '_T'"
        )


def test_a_file_that_was_changed_is_told(working: Path) -> None:
    made = release.publish("2025-07")
    page = made.path / "index.html"
    page.chmod(0o644)
    page.write_text("other", encoding="utf-8")
    changed = [file["path"] for file in release.show(made.release_id)["files"] if not file["intact"]]
    assert changed == ["index.html"]


def test_unchanged_figures_make_no_new_release(working: Path) -> None:
    first, second = release.publish("2025-07"), release.publish("2025-07")
    assert (second.release_id, second.new) == (first.release_id, False)
    assert [made.release_id for made in release.list_releases()] == [first.release_id]


def test_changed_figures_make_the_next_number_and_leave_the_first_alone(working: Path) -> None:
    first = release.publish("2025-07")
    before = {path.name: path.read_bytes() for path in first.path.iterdir()}
    _change_one_figure()
    second = release.publish("2025-07")
    assert (second.release_id, second.new) == ("2025-07-preliminary-2", True)
    assert {path.name: path.read_bytes() for path in first.path.iterdir()} == before
    assert [made.release_id for made in release.list_releases()] == [second.release_id, first.release_id]


def test_vintages_and_months_are_numbered_apart(working: Path) -> None:
    made = [release.publish("2025-07"), release.publish("2025-07", "official"), release.publish("2025-06")]
    assert [one.release_id for one in made] == [
        "2025-07-preliminary-1", "2025-07-official-1", "2025-06-preliminary-1",
    ]  # fmt: skip


@pytest.mark.parametrize("vintage", ["estimate", "preliminary"])
def test_nothing_but_official_follows_the_official_figures(working: Path, vintage: str) -> None:
    release.publish("2025-07", "official")
    _change_one_figure()
    with pytest.raises(AnsinhError, match="2025-07-official-1 is official") as caught:
        release.publish("2025-07", vintage)
    assert "--vintage official" in caught.value.next_step
    assert release.publish("2025-07", "official").release_id == "2025-07-official-2"
    assert release.publish("2025-06", vintage).new


def test_an_unknown_code_stops_the_release(working: Path) -> None:
    with connect(Role.TRANSFORMER) as connection:
        connection.execute("update indicators.indicator_observation set obs_status = 'Z' where period = '2025-06'")
    with pytest.raises(AnsinhError, match="OBS_STATUS has the unknown codes Z"):
        release.publish("2025-07")
    assert release.list_releases() == []
    assert list(get_settings().releases_dir.iterdir()) == []


def test_what_a_crash_leaves_is_cleared_away(working: Path) -> None:
    folder = get_settings().releases_dir
    (folder / ".2025-07-preliminary.1").mkdir(parents=True)
    (folder / "2025-07-preliminary-1").mkdir()
    (folder / "2025-07-preliminary-1" / "half").write_text("a folder whose transaction was lost", encoding="utf-8")
    made = release.publish("2025-07")
    assert all(file["intact"] for file in release.show(made.release_id)["files"])
    assert not list(folder.glob(".*"))
    [aside] = folder.glob("*.unrecorded-*")
    assert (aside / "half").exists()


def test_a_failure_while_writing_leaves_nothing(working: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(sdmx, "write", fail)
    with pytest.raises(OSError, match="No space left"):
        release.publish("2025-07")
    assert list(get_settings().releases_dir.iterdir()) == []
    assert release.list_releases() == []
    monkeypatch.undo()
    assert release.publish("2025-07").new


def test_two_publications_at_once_make_one_release(working: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(lambda _: release.publish("2025-07"), range(2)))
    assert {one.release_id for one in made} == {"2025-07-preliminary-1"}
    assert sorted(one.new for one in made) == [False, True]


@pytest.mark.parametrize(("period", "vintage", "message"), [
    ("2025-13", "preliminary", "not a month"),
    ("2025-07", "final", "not a vintage"),
    ("2030-01", "preliminary", "no figures for 2030-01"),
])  # fmt: skip
def test_a_wrong_request_says_what_exists(working: Path, period: str, vintage: str, message: str) -> None:
    with pytest.raises(AnsinhError, match=message) as caught:
        release.publish(period, vintage)
    assert caught.value.next_step


def test_without_indicators_the_next_step_is_to_build(empty_warehouse: Path) -> None:
    with pytest.raises(AnsinhError, match="not built"):
        release.publish("2025-07")
