"""HTTP registries that fail in every way a network knows, on the real servers of the sandbox."""

from __future__ import annotations

import gzip
import io
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from ansinh.errors import AnsinhError
from connectors.landing import land
from connectors.loading import load
from sandbox.serving.faults import Fault, FaultKind, Faults
from sandbox.serving.server import serving
from sandbox.serving.settings import ServingSettings

MONTHS = ("2025-01", "2025-03")


def pull(settings: Any, datasets: list[str]) -> list[str]:
    return land(settings.name, *MONTHS, datasets, settings)


@pytest.mark.parametrize("kind", list(FaultKind))
@pytest.mark.parametrize(
    ("registry", "dataset", "path"),
    [("population", "person", "/person/changes"), ("population", "person", "/person/bulk"), ("tax", "payer", "/payers"),
     ("tax", "wage_income", ".zip")],
)  # fmt: skip
def test_a_passing_fault_costs_no_row(
    country: Path, ledger: Any, hasty: Any, kind: FaultKind, registry: str, dataset: str, path: str
) -> None:
    faults = Faults([Fault(kind=kind, path=path, skip=1 if kind is FaultKind.REPEATED_PAGE else 0, seconds=0.8)])
    with serving(country, ServingSettings(page_size=10), {registry: faults}) as addresses:
        pull(hasty(registry, addresses[registry]), [dataset])
    repeatable = path in ("/person/changes", "/payers")
    assert faults.fired[kind] == 1 or (kind is FaultKind.REPEATED_PAGE and not repeatable)
    batches = [ledger.batch(f"{registry}.{dataset}.2025-0{month}") for month in (1, 2, 3)]
    assert sum(batch["rows_accepted"] for batch in batches) == 120


def test_a_lasting_fault_fails_the_batch_and_the_next_run_goes_on(country: Path, ledger: Any, hasty: Any) -> None:
    broken = Faults([Fault(kind=FaultKind.SERVER_ERROR, path="/person/changes", times=99)])
    with serving(country, faults={"population": broken}) as addresses:
        settings = hasty("population", addresses["population"])
        with pytest.raises(AnsinhError, match=r"did not deliver /v1/person/changes in 4 attempts: HTTP 503"):
            pull(settings, ["person"])
    assert ledger.batch("population.person.2025-01")["state"] == "landed"
    assert ledger.batch("population.person.2025-02")["state"] == "failed"
    with serving(country) as addresses:
        settings = hasty("population", addresses["population"])
        with pytest.raises(AnsinhError, match=r"the batch before it, population.person.2025-02, has failed"):
            land("population", "2025-03", "2025-03", ["person"], settings)
        assert pull(settings, ["person"])[-1] == "population.person.2025-03"
    assert sum(ledger.batch(f"population.person.2025-0{month}")["rows_accepted"] for month in (1, 2, 3)) == 120


def test_the_feed_goes_on_where_the_batch_before_ended(country: Path, ledger: Any, hasty: Any) -> None:
    with serving(country, ServingSettings(page_size=7)) as addresses:
        settings = hasty("population", addresses["population"])
        pull(settings, ["person", "residence"])
        batches = [ledger.batch(f"population.person.2025-0{month}") for month in (1, 2, 3)]
        assert batches[0]["cursor_from"] is None
        assert [batch["cursor_to"] for batch in batches[:2]] == [batch["cursor_from"] for batch in batches[1:]]
        assert batches[2]["cursor_to"] == "239"
        assert pull(settings, ["person"]) == [batch["batch_id"] for batch in batches]
        ledger.judge()
        load("population")
        assert pull(settings, ["person"]) == []
        assert ledger.query("select position from ingest.cursor where dataset = 'person'") == [("239",)]
        with pytest.raises(AnsinhError, match="Pull the months in order, from 2025-04"):
            land("population", "2025-06", "2025-06", ["person"], settings)


def test_wrong_credentials_are_named_without_the_secret(country: Path, ledger: Any, hasty: Any) -> None:
    with serving(country) as addresses:
        address = addresses["tax"].replace("@", "wrong@")
        with pytest.raises(AnsinhError, match="refuses the client 'ansinh'") as caught:
            pull(hasty("tax", address), ["payer"])
    assert "wrong" not in str(caught.value)


def test_returns_that_were_taken_are_not_downloaded_again(country: Path, ledger: Any, hasty: Any) -> None:
    faults = Faults()
    with serving(country, faults={"tax": faults}) as addresses:
        settings = hasty("tax", addresses["tax"])
        pull(settings, ["wage_income"])
        ledger.judge()
        load("tax")
        faults.add(Fault(kind=FaultKind.SERVER_ERROR, path=".zip"))
        assert pull(settings, ["wage_income"]) == []
    assert faults.fired[FaultKind.SERVER_ERROR] == 0
    assert ledger.count("raw.tax_wage_income") == 120
    assert ledger.query("select distinct batch_id from ingest.file where path like '%.zip' order by 1")[0] == (
        "tax.wage_income.2025-01",
    )


Answer = tuple[int, dict[str, str], bytes]


@contextmanager
def answering(answer: Callable[[str], Answer]) -> Iterator[str]:
    """Serve whatever `answer` returns for a path, behind a token that is always good."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self._send((200, {}, b'{"access_token": "t", "expires_in": 300}'))

        def do_GET(self) -> None:
            self._send(answer(self.path))

        def _send(self, given: Answer) -> None:
            status, headers, body = given
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=[0.02])
    thread.start()
    try:
        yield f"http://client:secret@127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def bulk(lines: list[bytes]) -> Callable[[str], Answer]:
    body = gzip.compress(b"\n".join(lines))
    return lambda _: (200, {"X-Last-Change-Seq": "9"}, body)


def lines_of(country: Path, dataset: str) -> list[bytes]:
    return (country / "serving" / "population" / f"{dataset}.ndjson").read_bytes().splitlines()


def test_requests_take_the_proxy_of_the_environment(
    country: Path, ledger: Any, hasty: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def answer(url: str) -> Answer:
        asked.append(url)
        return bulk(lines_of(country, "person"))(url)

    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with answering(answer) as proxy:
        monkeypatch.setenv("http_proxy", proxy)
        land(
            "population", "2025-01", "2025-01", ["person"], hasty("population", "http://me:secret@registry.invalid/api")
        )
    assert [url.partition("?")[0] for url in asked] == ["http://registry.invalid/api/v1/person/bulk"]


def test_a_broken_line_of_the_bulk_file_is_held(country: Path, ledger: Any, hasty: Any) -> None:
    lines = lines_of(country, "person")[:9]
    lines[4] = b'{"change_seq": 9, "personal'
    lines[5] = b"\xff\xfe" + lines[5]
    with answering(bulk(lines)) as address:
        land("population", "2025-01", "2025-01", ["person"], hasty("population", address))
    batch = ledger.batch("population.person.2025-01")
    assert (batch["rows_received"], batch["rows_quarantined"], batch["cursor_to"]) == (9, 2, "9")
    ledger.judge()
    load("population")
    assert ledger.query("select distinct rule, payload ? 'line' from quarantine.row") == [("readable", True)]


def test_unknown_and_missing_fields_of_the_bulk_file(country: Path, ledger: Any, hasty: Any) -> None:
    lines = [line.replace(b'"sex"', b'"gender"') for line in lines_of(country, "person")[:3]]
    with answering(bulk(lines)) as address, pytest.raises(AnsinhError, match="no column sex"):
        land("population", "2025-01", "2025-01", ["person"], hasty("population", address))
    lines = [line.replace(b"{", b'{"blood":"A",', 1) for line in lines_of(country, "person")[:3]]
    with answering(bulk(lines)) as address:
        land("population", "2025-01", "2025-01", ["person"], hasty("population", address))
    assert ledger.batch("population.person.2025-01")["error"] == "Warning: unknown column blood ignored."


def test_a_damaged_bulk_file_fails_the_batch(country: Path, ledger: Any, hasty: Any) -> None:
    body = bytearray(gzip.compress(b"\n".join(lines_of(country, "person"))))
    body[len(body) // 2] ^= 0xFF
    with (
        answering(lambda _: (200, {}, bytes(body))) as address,
        pytest.raises(AnsinhError, match=r"damaged|stays incomplete"),
    ):
        land("population", "2025-01", "2025-01", ["person"], hasty("population", address))
    assert ledger.batch("population.person.2025-01")["state"] == "failed"


def test_a_page_of_another_form_fails_the_batch(ledger: Any, hasty: Any) -> None:
    with (
        answering(lambda _: (200, {}, b'{"rows": []}')) as address,
        pytest.raises(AnsinhError, match="a page of /v1/payers has an unknown form"),
    ):
        pull(hasty("tax", address), ["payer"])


def returns(country: Path, spoil: Callable[[str], bytes]) -> Callable[[str], Answer]:
    """Serve the country's first archive with its first return spoilt."""
    import hashlib
    import json

    archive = min((country / "serving" / "tax").glob("*.zip"))
    buffer = io.BytesIO()
    with zipfile.ZipFile(archive) as given, zipfile.ZipFile(buffer, "w") as spoilt:
        for number, entry in enumerate(given.infolist()):
            text = given.read(entry).decode()
            spoilt.writestr(entry.filename, text.encode() if number else spoil(text))
    body = buffer.getvalue()
    listed = {"archive_id": "A", "filed_at": "2025-01-05T00:00:00", "sha256": hashlib.sha256(body).hexdigest()}
    page = json.dumps({"items": [listed], "page": 1, "total_pages": 1, "total_items": 1}).encode()
    return lambda path: (200, {}, body if path.endswith(".zip") else page)


_LAUGHS = '<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda text: text[: len(text) // 2].encode(), "cannot be read"),
        (lambda text: text.replace("<HSoThueDTu", _LAUGHS + "<HSoThueDTu").encode(), "document type"),
        (lambda text: text.encode("utf-16")[2:].replace(b"\0", b"\xff"), "cannot be read"),
        (lambda text: text.encode("cp1258", "replace").replace(b"?", b"\xe9"), "cannot be read"),
    ],
    ids=["truncated", "entities", "garbage", "encoding"],
)
def test_an_unreadable_return_is_held_and_the_others_are_taken(
    country: Path, ledger: Any, hasty: Any, spoil: Callable[[str], bytes], reason: str
) -> None:
    with answering(returns(country, spoil)) as address:
        land("tax", "2025-01", "2025-01", ["wage_income"], hasty("tax", address))
    batch = ledger.batch("tax.wage_income.2025-01")
    assert batch["rows_quarantined"] == 1
    ledger.judge()
    load("tax")
    held = ledger.query("select rule, reason, payload ->> 'archive' from quarantine.row")
    assert held[0][0::2] == ("readable", "A")
    assert reason in held[0][1]


def test_a_truncated_archive_fails_the_batch(country: Path, ledger: Any, hasty: Any) -> None:
    answer = returns(country, str.encode)

    def cut(path: str) -> Answer:
        status, headers, body = answer(path)
        return status, headers, body[:-40] if path.endswith(".zip") else body

    with answering(cut) as address, pytest.raises(AnsinhError, match="differs from its announced SHA-256"):
        land("tax", "2025-01", "2025-01", ["wage_income"], hasty("tax", address))
    assert ledger.batch("tax.wage_income.2025-01")["state"] == "failed"
