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
from publication import content, ledger
from publication.ledger import Release
from tests.publication import country

FILES = {
    "explain.json", "index.html", "index.vi.html", "indicators.csv", "indicators.csv-metadata.json",
    "indicators.parquet", "indicators.sdmx.csv", "indicators.sdmx.zip", "indicators.xlsx", "link_quality.csv",
    "manifest.json", "metadata.sdmx.xml", "progress.csv", "reconciliation.csv", "structure.sdmx.xml",
}  # fmt: skip


def _csv(made: Release) -> pl.DataFrame:
    return pl.read_csv(made.path / "indicators.csv", infer_schema=False)


def test_a_release_is_numbered_and_holds_every_file(published: Release) -> None:
    assert (published.release_id, published.vintage, published.new) == ("2025-07-preliminary-1", "preliminary", True)
    assert published.path == get_settings().releases_dir / published.release_id
    assert {path.name for path in published.path.iterdir() if path.is_file()} == FILES
    assert list(get_settings().prepared_dir.iterdir()) == []
    assert {"2025-06", "2025-07", "2025-Q2"} == set(_csv(published)["period"])


def test_the_manifest_names_every_file_with_its_hash(published: Release) -> None:
    manifest = json.loads((published.path / "manifest.json").read_text(encoding="utf-8"))
    found = content.files(published.path)
    assert {file["path"] for file in manifest["files"]} == found.keys() - {"manifest.json"}
    for file in manifest["files"]:
        data = found[file["path"]].read_bytes()
        assert (file["sha256"], file["bytes"]) == (hashlib.sha256(data).hexdigest(), len(data))
    assert manifest["content_sha256"] == published.content_sha256
    assert manifest["made_from"]["settings"]["disclosure_threshold"] == 5
    shown = ledger.show(published.release_id)
    assert {file["path"] for file in shown["files"]} == found.keys()
    assert all(file["intact"] for file in shown["files"])


@pytest.mark.parametrize("statement", [
    "update release.observation set value = 0",
    "delete from release.observation",
    "update release.release set vintage = 'official'",
    "delete from release.file",
])  # fmt: skip
def test_a_release_cannot_be_changed(published: Release, statement: str) -> None:
    with connect(Role.PUBLISHER) as connection, pytest.raises(psycopg.Error):
        connection.execute(statement)


def test_the_files_are_read_only(published: Release) -> None:
    assert {stat.S_IMODE(path.stat().st_mode) for path in content.files(published.path).values()} == {0o444}


def test_the_database_holds_what_the_file_holds(published: Release) -> None:
    columns = [*country.KEYS, "numerator", "denominator", "value", "lower", "upper", "conf_status"]
    with connect(Role.PUBLISHER) as connection:
        rows = connection.execute(
            f"select {', '.join(columns)} from release.observation where release_id = %s".encode(),
            [published.release_id],
        ).fetchall()
    numbers = [pl.col(name).cast(pl.Float64) for name in columns[9:14]]
    recorded = pl.DataFrame(rows, schema=columns, orient="row", infer_schema_length=None).with_columns(numbers)
    written = _csv(published).select(columns).with_columns(numbers)
    assert recorded.sort(country.KEYS).equals(written.sort(country.KEYS))


def test_hidden_figures_are_hidden_in_the_database_too(published: Release) -> None:
    with connect(Role.PUBLISHER) as connection:
        rows = connection.execute(
            """select conf_status, obs_status, count(*), count(coalesce(numerator, denominator, value, lower, upper))
            from release.observation where release_id = %s and conf_status <> 'F' group by 1, 2 order by 1""",
            [published.release_id],
        ).fetchall()
    assert [row[:2] for row in rows] == [("C", "Q"), ("D", "Q")]
    assert all(cells > 0 and numbers == 0 for *_, cells, numbers in rows)


def test_an_unknown_release_names_the_known_ones(published: Release) -> None:
    with pytest.raises(AnsinhError, match="Known: 2025-07-preliminary-1"):
        ledger.show("2020-01-official-1")


def test_link_rates_of_few_records_are_left_out(published: Release) -> None:
    rates = pl.read_csv(published.path / "link_quality.csv", infer_schema=False)
    assert rates.select("registry", "area", "rate").rows() == [("_T", "VN", "99.4"), ("tax", "VN", "98.8")]
