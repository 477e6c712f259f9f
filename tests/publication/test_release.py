"""Releases: numbered, immutable, made once, whole after a crash, and true to their manifest."""

from __future__ import annotations

import hashlib
import json
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import polars as pl
import psycopg
import pytest

from ansinh.database import Role, connect
from ansinh.errors import AnsinhError
from ansinh.settings import get_settings
from publication import release, sdmx
from tests.publication import country

FILES = {
    "index.html", "index.vi.html", "indicators.csv", "indicators.csv-metadata.json", "indicators.sdmx.csv",
    "manifest.json", "structure.sdmx.xml",
}  # fmt: skip


def _csv(made: release.Release) -> pl.DataFrame:
    return pl.read_csv(made.path / "indicators.csv", infer_schema=False)


def _change_one_figure() -> None:
    with connect(Role.TRANSFORMER) as connection:
        connection.execute(
            "update indicators.indicator_observation set numerator = numerator + 7 "
            "where indicator = 'HI_COV' and period = '2025-07' and area = 'VN' and sex = '_T' and age = '_T'"
        )


def test_a_release_is_numbered_and_holds_every_file(working: Path) -> None:
    made = release.publish("2025-07")
    assert (made.release_id, made.vintage, made.new) == ("2025-07-preliminary-1", "preliminary", True)
    assert made.path == get_settings().releases_dir / made.release_id
    assert {path.name for path in made.path.iterdir()} == FILES
    assert not list(get_settings().releases_dir.glob(".*"))
    assert sorted(set(_csv(made)["period"])) == ["2025-04", "2025-05", "2025-06", "2025-07"]


def test_the_manifest_names_every_file_with_its_hash(working: Path) -> None:
    made = release.publish("2025-07")
    manifest = json.loads((made.path / "manifest.json").read_text(encoding="utf-8"))
    assert {file["path"] for file in manifest["files"]} == FILES - {"manifest.json"}
    for file in manifest["files"]:
        content = (made.path / file["path"]).read_bytes()
        assert (file["sha256"], file["bytes"]) == (hashlib.sha256(content).hexdigest(), len(content))
    assert manifest["content_sha256"] == made.content_sha256
    shown = release.show(made.release_id)
    assert {file["path"] for file in shown["files"]} == FILES
    assert all(file["intact"] for file in shown["files"])


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


@pytest.mark.parametrize("statement", [
    "update release.observation set value = 0",
    "delete from release.observation",
    "update release.release set vintage = 'official'",
    "delete from release.file",
])  # fmt: skip
def test_a_release_cannot_be_changed(working: Path, statement: str) -> None:
    release.publish("2025-07")
    with connect(Role.PUBLISHER) as connection, pytest.raises(psycopg.Error):
        connection.execute(statement)


def test_the_files_are_read_only(working: Path) -> None:
    made = release.publish("2025-07")
    assert {stat.S_IMODE(path.stat().st_mode) for path in made.path.iterdir()} == {0o444}


def test_the_database_holds_what_the_file_holds(working: Path) -> None:
    made = release.publish("2025-07")
    key = ", ".join(country.KEYS)
    with connect(Role.PUBLISHER) as connection:
        rows = connection.execute(
            f"select {key}, numerator::text, conf_status from release.observation where release_id = %s order by {key}",
            [made.release_id],
        ).fetchall()
    columns = [*country.KEYS, "numerator", "conf_status"]
    recorded = pl.DataFrame(rows, schema=columns, orient="row", infer_schema_length=None).with_columns(
        pl.col("numerator").str.strip_suffix(".0")
    )
    assert recorded.sort(country.KEYS).equals(_csv(made).select(columns).sort(country.KEYS))


def test_no_file_tells_a_suppressed_figure(working: Path) -> None:
    made = release.publish("2025-07")
    figures = _csv(made)
    hidden = figures.filter(pl.col("conf_status") != "F")
    assert set(hidden["conf_status"]) == {"C", "D"}
    numbers = ["numerator", "denominator", "value"]
    assert hidden.select(numbers).null_count().sum_horizontal()[0] == 3 * hidden.height
    exchanged = pl.read_csv(made.path / "indicators.sdmx.csv", infer_schema=False)
    secret = exchanged.filter(pl.col("CONF_STATUS") != "F")
    assert secret.height == hidden.height
    assert (secret["OBS_STATUS"] == "Q").all()
    measures = ["OBS_VALUE", "NUMERATOR", "DENOMINATOR"]
    assert secret.select(pl.col(measures).fill_null("")).unique().rows() == [("", "", "")]
    # The page shows the provinces of the last month: as many letters as cells that are hidden there.
    provinces = pl.col("area") != "VN"
    latest = hidden.filter(provinces, period="2025-07", sex="_T", age="_T")
    assert latest.height > 0
    for page in ("index.html", "index.vi.html"):
        assert (made.path / page).read_text(encoding="utf-8").count("<td>c</td>") == latest.height


def test_sdmx_reads_back_with_its_structure(working: Path) -> None:
    from pysdmx.io import get_datasets

    made = release.publish("2025-07")
    [dataset] = get_datasets(str(made.path / "indicators.sdmx.csv"), str(made.path / "structure.sdmx.xml"))
    assert dataset.short_urn == "Dataflow=VSS:DF_ANSINH(1.0)"
    figures = _csv(made)
    assert len(dataset.data) == figures.height
    assert {"A34_15", "A63_15", "VN"} <= set(dataset.data["REF_AREA"])
    assert set(dataset.data["TIME_PERIOD"]) == set(figures["period"])


def test_an_unknown_code_stops_the_release(working: Path) -> None:
    with connect(Role.TRANSFORMER) as connection:
        connection.execute("update indicators.indicator_observation set obs_status = 'Z' where period = '2025-04'")
    with pytest.raises(AnsinhError, match="OBS_STATUS has the unknown codes Z"):
        release.publish("2025-07")
    assert release.list_releases() == []
    assert list(get_settings().releases_dir.iterdir()) == []


def test_the_dictionary_describes_every_column(working: Path) -> None:
    made = release.publish("2025-07")
    dictionary = json.loads((made.path / "indicators.csv-metadata.json").read_text(encoding="utf-8"))
    columns = dictionary["tableSchema"]["columns"]
    assert [column["name"] for column in columns] == _csv(made).columns
    assert all(column["titles"]["en"] and column["titles"]["vi"] for column in columns)
    assert dictionary["tableSchema"]["primaryKey"] == list(country.KEYS)


def test_the_csv_names_areas_in_vietnamese(working: Path) -> None:
    figures = _csv(release.publish("2025-07"))
    names = dict(figures.select(pl.concat_str("area_list", pl.lit("-"), "area"), "area_name").unique().iter_rows())
    assert names["34-VN"] == "Việt Nam"
    assert (names["34-15"], names["63-15"]) == ("Lào Cai", "Yên Bái")


def test_what_a_crash_leaves_is_cleared_away(working: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = get_settings().releases_dir
    (folder / ".2025-07-preliminary.1").mkdir(parents=True)
    (folder / "2025-07-preliminary-1").mkdir()
    (folder / "2025-07-preliminary-1" / "half").write_text("a folder whose transaction was lost", encoding="utf-8")
    made = release.publish("2025-07")
    assert {path.name for path in made.path.iterdir()} == FILES
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


def test_an_unknown_release_names_the_known_ones(working: Path) -> None:
    release.publish("2025-07")
    with pytest.raises(AnsinhError, match="Known: 2025-07-preliminary-1"):
        release.show("2020-01-official-1")
