"""A past release made again from what was known then, after corrections and decisions have moved the figures on."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from ansinh.database import Role, admin_url, connect
from ansinh.errors import AnsinhError
from ansinh.settings import get_settings
from connectors import quarantine
from linkage import stewardship, store
from publication import ledger, rebuild, release, revision
from tests.dbt_project import country
from tests.dbt_project.country import AN, BINH, contribution
from tests.publication.landed import Row, land

pytestmark = pytest.mark.slow

CHI = "0100000003"


@pytest.fixture(scope="module")
def releases(module_warehouse: Path) -> list[ledger.Release]:
    """Two releases of February 2025: before and after a correction, a late month and a withdrawn decision."""
    shutil.rmtree(get_settings().releases_dir, ignore_errors=True)
    country.bring(_land)
    # A row let in with a correction, and what a steward keeps apart, belong to the first release.
    [held] = quarantine.list_rows(registry="vss")
    quarantine.replay(row_id=held["row_id"], values={"kind": "voluntary"})
    store.create_tables()
    with connect(Role.TRANSFORMER) as connection:
        connection.execute(
            """insert into identity.decision (left_dataset, left_record, right_dataset, right_record, verdict, reason,
                decided_by) values (%s, %s, %s, %s, 'unlink', 'Two persons', 'An')""",
            ["participant", "0100000001", "person", AN],
        )
    country.build()
    first = release.publish("2025-02")
    stewardship.decide("link", f"person:{AN}", "participant:0100000001", "One person", "An")
    land("vss", "contribution", "2025-02", [contribution("0100000001", "2025-02-01")])
    land("vss", "contribution", "2025-03", [contribution("0100000002", "2025-02-01", version=2)])
    country.build()
    return [first, release.publish("2025-02")]


def test_a_release_is_rebuilt_byte_for_byte(releases: list[ledger.Release], tmp_path: Path) -> None:
    first, second = releases
    assert (first.release_id, second.release_id) == ("2025-02-preliminary-1", "2025-02-preliminary-2")
    assert first.content_sha256 != second.content_sha256
    report = rebuild.rebuild(first.release_id, tmp_path / "again")
    assert [file["path"] for file in report["files"] if not file["identical"]] == []
    assert (report["identical"], report["code_differs"]) == (True, [])
    again = {path.relative_to(tmp_path / "again"): path for path in (tmp_path / "again").rglob("*") if path.is_file()}
    assert len(again) == len(report["files"]) > 10
    for name, path in again.items():
        assert path.read_bytes() == (first.path / name).read_bytes()


def test_the_revision_names_its_reasons(releases: list[ledger.Release]) -> None:
    found = revision.diff(*(one.release_id for one in releases))
    assert found["reasons"]["corrected"] == ["vss.contribution.2025-02"]
    assert found["reasons"]["late"] == ["vss.contribution.2025-03"]
    assert found["reasons"]["links"] == ["2 decisions of stewards"]
    causes = {row["indicator"]: row["causes"] for row in found["indicators"]}
    assert causes["LINK_RATE"] == ["late data", "correction", "linkage"]


def test_nothing_of_a_rebuild_is_left(releases: list[ledger.Release]) -> None:
    with connect(Role.PUBLISHER) as connection:
        names = connection.execute("select datname from pg_database where datname like 'ansinh_rebuild%'").fetchall()
    assert names == []
    assert list(get_settings().home.glob("rebuild-*")) == []
    assert admin_url().database == "ansinh"


def test_a_release_names_no_person(releases: list[ledger.Release]) -> None:
    for table in ("basis", "batch", "revision", "observation"):
        with connect(Role.PUBLISHER) as connection:
            rows = connection.execute(f"select to_jsonb(t)::text from release.{table} as t".encode()).fetchall()
        assert rows
        assert not any(secret in row for (row,) in rows for secret in (AN, BINH, "0100000001"))


def test_a_missing_landing_file_is_named(releases: list[ledger.Release]) -> None:
    manifest = json.loads((releases[0].path / "manifest.json").read_text(encoding="utf-8"))
    batch = next(one for one in manifest["made_from"]["batches"] if one["batch_id"] == "vss.contribution.2025-02")
    assert batch["revision"] == 2
    [path] = get_settings().landing_dir.rglob(f"{batch['sha256']}.parquet")
    away = path.rename(path.with_suffix(".away"))
    try:
        with pytest.raises(AnsinhError, match=r"vss\.contribution\.2025-02, revision 2, is gone"):
            rebuild.rebuild(releases[0].release_id)
    finally:
        away.rename(path)


def _land(registry: str, dataset: str, period: str, rows: list[Row]) -> None:
    spoils = (dataset, period) == ("contribution", "2025-02")
    land(registry, dataset, period, rows, [contribution(CHI, "2025-02-01", kind="unknown")] if spoils else [])
