"""What is in a release: every file agrees with the database and with the manifest, and none tells a hidden figure."""

from __future__ import annotations

import hashlib
import json
import stat

import polars as pl
import psycopg
import pytest

from ansinh.database import Role, connect
from ansinh.errors import AnsinhError
from ansinh.settings import get_settings
from publication import release
from tests.publication import country

FILES = {
    "index.html", "index.vi.html", "indicators.csv", "indicators.csv-metadata.json", "indicators.sdmx.csv",
    "link_quality.csv", "manifest.json", "structure.sdmx.xml",
}  # fmt: skip


def _csv(made: release.Release) -> pl.DataFrame:
    return pl.read_csv(made.path / "indicators.csv", infer_schema=False)


def test_a_release_is_numbered_and_holds_every_file(published: release.Release) -> None:
    assert (published.release_id, published.vintage, published.new) == ("2025-07-preliminary-1", "preliminary", True)
    assert published.path == get_settings().releases_dir / published.release_id
    assert {path.name for path in published.path.iterdir()} == FILES
    assert not list(get_settings().releases_dir.glob(".*"))
    assert sorted(set(_csv(published)["period"])) == ["2025-06", "2025-07"]


def test_the_manifest_names_every_file_with_its_hash(published: release.Release) -> None:
    manifest = json.loads((published.path / "manifest.json").read_text(encoding="utf-8"))
    assert {file["path"] for file in manifest["files"]} == FILES - {"manifest.json"}
    for file in manifest["files"]:
        content = (published.path / file["path"]).read_bytes()
        assert (file["sha256"], file["bytes"]) == (hashlib.sha256(content).hexdigest(), len(content))
    assert manifest["content_sha256"] == published.content_sha256
    shown = release.show(published.release_id)
    assert {file["path"] for file in shown["files"]} == FILES
    assert all(file["intact"] for file in shown["files"])


@pytest.mark.parametrize("statement", [
    "update release.observation set value = 0",
    "delete from release.observation",
    "update release.release set vintage = 'official'",
    "delete from release.file",
])  # fmt: skip
def test_a_release_cannot_be_changed(published: release.Release, statement: str) -> None:
    with connect(Role.PUBLISHER) as connection, pytest.raises(psycopg.Error):
        connection.execute(statement)


def test_the_files_are_read_only(published: release.Release) -> None:
    assert {stat.S_IMODE(path.stat().st_mode) for path in published.path.iterdir()} == {0o444}


def test_the_database_holds_what_the_file_holds(published: release.Release) -> None:
    key = ", ".join(country.KEYS)
    with connect(Role.PUBLISHER) as connection:
        rows = connection.execute(
            f"select {key}, numerator::text, conf_status from release.observation where release_id = %s order by {key}",
            [published.release_id],
        ).fetchall()
    columns = [*country.KEYS, "numerator", "conf_status"]
    recorded = pl.DataFrame(rows, schema=columns, orient="row", infer_schema_length=None).with_columns(
        pl.col("numerator").str.strip_suffix(".0")
    )
    assert recorded.sort(country.KEYS).equals(_csv(published).select(columns).sort(country.KEYS))


def test_no_file_tells_a_suppressed_figure(published: release.Release) -> None:
    figures = _csv(published)
    hidden = figures.filter(pl.col("conf_status") != "F")
    assert set(hidden["conf_status"]) == {"C", "D"}
    numbers = ["numerator", "denominator", "value"]
    assert hidden.select(numbers).null_count().sum_horizontal()[0] == 3 * hidden.height
    exchanged = pl.read_csv(published.path / "indicators.sdmx.csv", infer_schema=False)
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
        assert (published.path / page).read_text(encoding="utf-8").count("<td>c</td>") == latest.height


def test_sdmx_reads_back_with_its_structure(published: release.Release) -> None:
    from pysdmx.io import get_datasets

    [dataset] = get_datasets(str(published.path / "indicators.sdmx.csv"), str(published.path / "structure.sdmx.xml"))
    assert dataset.short_urn == "Dataflow=VSS:DF_ANSINH(1.0)"
    figures = _csv(published)
    assert len(dataset.data) == figures.height
    assert {"A34_15", "A63_15", "VN"} <= set(dataset.data["REF_AREA"])
    assert set(dataset.data["TIME_PERIOD"]) == set(figures["period"])


def test_the_dictionary_describes_every_column(published: release.Release) -> None:
    dictionary = json.loads((published.path / "indicators.csv-metadata.json").read_text(encoding="utf-8"))
    columns = dictionary["tableSchema"]["columns"]
    assert [column["name"] for column in columns] == _csv(published).columns
    assert all(column["titles"]["en"] and column["titles"]["vi"] for column in columns)
    assert dictionary["tableSchema"]["primaryKey"] == list(country.KEYS)


def test_the_csv_names_areas_in_vietnamese(published: release.Release) -> None:
    figures = _csv(published)
    names = dict(figures.select(pl.concat_str("area_list", pl.lit("-"), "area"), "area_name").unique().iter_rows())
    assert names["34-VN"] == "Việt Nam"
    assert (names["34-15"], names["63-15"]) == ("Lào Cai", "Yên Bái")


def test_an_unknown_release_names_the_known_ones(published: release.Release) -> None:
    with pytest.raises(AnsinhError, match="Known: 2025-07-preliminary-1"):
        release.show("2020-01-official-1")


def test_link_rates_of_few_records_are_left_out(published: release.Release) -> None:
    rates = pl.read_csv(published.path / "link_quality.csv", infer_schema=False)
    assert rates.select("registry", "area", "rate").rows() == [("_T", "VN", "99.4"), ("tax", "VN", "98.8")]
