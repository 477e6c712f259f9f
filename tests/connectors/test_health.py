"""Claim envelopes: what is read, what must never be read, and what becomes of envelopes that are broken."""

from __future__ import annotations

import base64
import gzip
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ansinh.errors import AnsinhError
from ansinh.settings import get_settings
from connectors.landing import land
from connectors.loading import load
from connectors.settings import RegistrySettings
from sandbox.serving.claim_xml import SENSITIVE_MARKER

TABLES = ("claim", "claim_drug", "claim_service", "discharge", "birth_certificate", "sick_leave")


@pytest.fixture
def outbox(country: Path, tmp_path: Path) -> Path:
    """A copy of the country's outbox that a test may spoil."""
    return Path(shutil.copytree(country / "outbox", tmp_path / "outbox"))


def pull(outbox: Path, first: str = "2025-01", last: str = "2025-03", workers: int = 1) -> list[str]:
    return land(
        "health", first, last, settings=RegistrySettings.from_uri("health", f"{outbox.as_uri()}?workers={workers}")
    )


def january(outbox: Path) -> Path:
    """Return the first envelope of January, unpacked in place."""
    packed = min((outbox / "2025-01").glob("*.xml.gz"))
    plain = packed.with_suffix("")
    plain.write_bytes(gzip.decompress(packed.read_bytes()))
    packed.unlink()
    return plain


def spoil_part(path: Path, table: str, change: Callable[[bytes], bytes]) -> None:
    """Change the content of the first part of a table."""
    head, _, tail = path.read_text().partition(f"<LOAIHOSO>{table}</LOAIHOSO><NOIDUNGFILE>")
    content, _, rest = tail.partition("</NOIDUNGFILE>")
    spoilt = base64.b64encode(change(base64.b64decode(content))).decode()
    path.write_text(f"{head}<LOAIHOSO>{table}</LOAIHOSO><NOIDUNGFILE>{spoilt}</NOIDUNGFILE>{rest}")


def held(ledger: Any) -> list[tuple[Any, ...]]:
    ledger.judge()
    load("health")
    found: list[tuple[Any, ...]] = ledger.query(
        "select dataset, rule, reason, payload from quarantine.row order by row_id"
    )
    return found


def test_every_table_is_taken_with_both_cores(outbox: Path, ledger: Any) -> None:
    assert len(pull(outbox, workers=2)) == 18
    ledger.judge()
    assert len(load("health")) == 18
    for table in TABLES:
        assert ledger.count(f"raw.health_{table}") == 120
    assert ledger.count("ingest.file") == len(list(outbox.rglob("*.xml.gz")))
    claim = ledger.query(
        "select claim_id, amount_fund, submitted_file, discharged_at > admitted_at from raw.health_claim"
    )
    assert sorted(row[0] for row in claim) == [f"LK{n:07}" for n in range(120)]
    assert all(row[1] == 5 and row[2].endswith(".xml.gz") and row[3] for row in claim)


def test_hiv_and_tuberculosis_tables_are_not_stored(outbox: Path, ledger: Any) -> None:
    texts = [gzip.decompress(path.read_bytes()) for path in outbox.rglob("*.gz")]
    assert sum(text.count(b">XML6<") for text in texts) == 6
    spoil_part(january(outbox), "XML6", lambda _: b"not XML")
    pull(outbox)
    assert held(ledger) == []
    for path in get_settings().landing_dir.rglob("*.parquet"):
        assert SENSITIVE_MARKER.encode() not in path.read_bytes()
    for table in TABLES:
        assert ledger.count(f"raw.health_{table} t where t::text like '%SENSITIVE%'") == 0


def test_a_folder_that_has_not_changed_is_not_read_again(outbox: Path, ledger: Any) -> None:
    pull(outbox)
    ledger.judge()
    load("health")
    assert pull(outbox) == []


def test_a_late_file_makes_a_revision_of_its_month(outbox: Path, ledger: Any, tmp_path: Path) -> None:
    late = max((outbox / "2025-02").glob("*.gz"))
    late.rename(tmp_path / late.name)
    pull(outbox)
    ledger.judge()
    load("health")
    assert ledger.count("raw.health_claim") < 120
    (tmp_path / late.name).rename(late)
    assert pull(outbox) == [f"health.{table}.2025-02" for table in sorted(TABLES)]
    ledger.judge()
    load("health")
    assert ledger.count("raw.health_claim") == 120
    assert ledger.batch("health.claim.2025-02")["revision"] == 2


def test_the_first_load_takes_the_earlier_folders(outbox: Path, ledger: Any) -> None:
    pull(outbox, "2025-03", "2025-03")
    assert ledger.batch("health.claim.2025-03")["rows_accepted"] == 120


_LAUGHS = b'<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]>'


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda data: data[: len(data) // 2], "cannot be read"),
        (lambda data: gzip.compress(data)[:-20], "the file is cut"),
        (lambda data: data.replace(b"<GIAMDINHHS>", _LAUGHS + b"<GIAMDINHHS>"), "document type"),
        (lambda data: data.replace(b"<DANHSACHHOSO>", b"<X>\xff\xfe</X><DANHSACHHOSO>"), "cannot be read"),
        (lambda data: b"", "cannot be read"),
    ],
    ids=["truncated", "truncated-gzip", "entities", "encoding", "empty"],
)
def test_an_unreadable_envelope_is_held_as_one_row(
    outbox: Path, ledger: Any, spoil: Callable[[bytes], bytes], reason: str
) -> None:
    path = january(outbox)
    claims = path.read_bytes().count(b"<HOSO>")
    path.write_bytes(spoil(path.read_bytes()))
    pull(outbox)
    ((dataset, rule, why, payload),) = held(ledger)
    assert (dataset, rule) == ("claim", "readable")
    assert reason in why
    assert payload.keys() == {"file", "sha256", "bytes"}
    assert ledger.count("raw.health_claim") == 120 - claims


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda data: data[: len(data) // 2], "part XML2 of"),
        (lambda data: data.replace(b"<CHITIEU_CHITIET_THUOC>", _LAUGHS + b"<CHITIEU_CHITIET_THUOC>"), "document type"),
        (lambda data: data.replace(b"<MA_THUOC>", b"<MA_THUOC>\xff"), "part XML2 of"),
    ],
    ids=["truncated", "entities", "encoding"],
)
def test_an_unreadable_part_is_held_alone(
    outbox: Path, ledger: Any, change: Callable[[bytes], bytes], reason: str
) -> None:
    spoil_part(january(outbox), "XML2", change)
    pull(outbox)
    ((dataset, rule, why, payload),) = held(ledger)
    assert (dataset, rule) == ("claim_drug", "readable")
    assert reason in why
    assert base64.b64decode(payload["NOIDUNGFILE"])
    assert ledger.count("raw.health_claim") == 120
    assert ledger.count("raw.health_claim_drug") == 119


def test_base64_that_is_none_is_held(outbox: Path, ledger: Any) -> None:
    path = january(outbox)
    text = path.read_text()
    mark = "<LOAIHOSO>XML3</LOAIHOSO><NOIDUNGFILE>"
    path.write_text(text.replace(mark, mark + "@@@", 1))
    pull(outbox)
    ((dataset, _, why, _),) = held(ledger)
    assert dataset == "claim_service"
    assert "is not base64" in why


def test_wrapped_base64_is_read(outbox: Path, ledger: Any) -> None:
    path = january(outbox)
    path.write_text(path.read_text().replace("<NOIDUNGFILE>PD", "<NOIDUNGFILE>\n  PD\n"))
    pull(outbox)
    assert held(ledger) == []
    assert ledger.count("raw.health_claim") == 120


def test_fields_outside_the_annex_are_named(outbox: Path, ledger: Any) -> None:
    spoil_part(january(outbox), "XML1", lambda data: data.replace(b"</TONG_HOP>", b"<MA_MOI>1</MA_MOI></TONG_HOP>"))
    pull(outbox)
    assert ledger.batch("health.claim.2025-01")["error"] == "Warning: unknown field MA_MOI of XML1 ignored."
    assert ledger.batch("health.claim.2025-01")["rows_quarantined"] == 0


def test_a_variant_without_an_optional_field_is_read(outbox: Path, ledger: Any) -> None:
    drop = lambda data: data.replace(b"MAHUYEN_CU_TRU", b"DU_PHONG")  # noqa: E731
    spoil_part(january(outbox), "XML1", drop)
    pull(outbox)
    assert ledger.batch("health.claim.2025-01")["rows_quarantined"] == 0


def test_a_claim_that_breaks_a_rule_is_held(outbox: Path, ledger: Any) -> None:
    spoil_part(january(outbox), "XML1", lambda data: data.replace(b"<T_BHTT>5", b"<T_BHTT>6"))
    pull(outbox)
    ((dataset, rule, why, payload),) = held(ledger)
    assert (dataset, rule) == ("claim", "t_bhtt_t_tongchi_bh_t_bncct")
    assert "amount_fund = amount_insured_scope - amount_copaid does not hold" in why
    assert payload["T_BHTT"] == "6"


def test_an_envelope_that_announces_more_claims_than_it_holds_is_named(outbox: Path, ledger: Any) -> None:
    path = january(outbox)
    path.write_text(path.read_text().replace("<SOLUONGHOSO>", "<SOLUONGHOSO>9"))
    pull(outbox)
    assert "claims and holds" in ledger.batch("health.claim.2025-01")["error"]


def test_a_folder_that_is_not_there_is_named(tmp_path: Path, ledger: Any) -> None:
    with pytest.raises(AnsinhError, match="cannot be read"):
        pull(tmp_path / "nowhere")
    assert ledger.batch("health.claim.2025-01")["state"] == "failed"
    (tmp_path / "nowhere").mkdir()
    assert len(pull(tmp_path / "nowhere")) == 18
