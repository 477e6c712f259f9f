"""The HTTP registries, over the wire."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import httpx
import polars as pl
import pytest

from sandbox.serving.faults import Fault, FaultKind, Faults
from sandbox.serving.server import serving
from sandbox.serving.settings import ServingSettings


class Client(httpx.Client):
    """A client of one registry that does the least a client must."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self.login = (parts.username or "", parts.password or "")
        super().__init__(base_url=f"http://{parts.hostname}:{parts.port}", timeout=5)

    def token(self, grant_type: str = "client_credentials") -> httpx.Response:
        return self.post("/oauth2/token", data={"grant_type": grant_type}, auth=self.login)

    def log_in(self) -> Self:
        self.headers["Authorization"] = f"Bearer {self.token().json()['access_token']}"
        return self

    def ask(self, path: str, **params: Any) -> httpx.Response:
        return self.get(path, params=params)


@pytest.fixture(scope="module")
def addresses(country: Path) -> Iterator[dict[str, str]]:
    with serving(country) as found:
        yield found


@pytest.fixture
def population(addresses: dict[str, str]) -> Iterator[Client]:
    with Client(addresses["population"]) as client:
        yield client.log_in()


@pytest.fixture
def tax(addresses: dict[str, str]) -> Iterator[Client]:
    with Client(addresses["tax"]) as client:
        yield client.log_in()


def expected(country: Path, name: str) -> list[dict[str, Any]]:
    frame = pl.read_parquet(country / "tables" / f"{name}.parquet")
    rows = frame.with_columns(pl.col(pl.Datetime).dt.strftime("%Y-%m-%dT%H:%M:%S"), pl.col(pl.Date).cast(pl.String))
    return rows.to_dicts()


def test_a_token_needs_the_secret_and_the_right_grant(addresses: dict[str, str]) -> None:
    with Client(addresses["population"]) as client:
        answer = client.token().json()
        assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 300)
        assert client.token("password").json() == {"error": "unsupported_grant_type"}
        client.login = (client.login[0], "wrong")
        assert client.token().status_code == 401
        assert client.token().json() == {"error": "invalid_client"}


def test_a_token_of_one_registry_does_not_open_the_other(population: Client, tax: Client) -> None:
    tax.headers["Authorization"] = population.headers["Authorization"]
    assert tax.ask("/v1/payers").status_code == 401


def test_requests_without_a_token_are_refused(addresses: dict[str, str]) -> None:
    with Client(addresses["population"]) as client:
        answer = client.ask("/v1/person/changes")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'


@pytest.mark.parametrize("dataset", ["person", "identity_change", "vital_event", "residence"])
def test_paging_a_feed_gives_every_row_once_in_order(country: Path, population: Client, dataset: str) -> None:
    after, rows, more = 0, [], True
    while more:
        page = population.ask(f"/v1/{dataset}/changes", after=after, limit=171).json()
        rows += page["items"]
        after, more = page["next_after"], page["has_more"]
    assert rows == expected(country, f"population_{dataset}")


def test_a_feed_stops_before_a_moment(country: Path, population: Client) -> None:
    until = "2024-12-10T08:00:00"
    page = population.ask("/v1/person/changes", until=until, limit=10_000).json()
    rows = [row for row in expected(country, "population_person") if row["updated_at"] < until]
    assert page["items"] == rows
    assert not page["has_more"]
    after = page["next_after"]
    rest = population.ask("/v1/person/changes", after=after, until=until).json()
    assert rest == {"items": [], "next_after": after, "has_more": False}


def test_a_page_has_a_limit(population: Client) -> None:
    assert population.ask("/v1/person/changes", limit=10_001).status_code == 422
    assert population.ask("/v1/nothing/changes").status_code == 404


@pytest.mark.parametrize("until", [None, "2024-12-10T08:00:00", "2024-01-01T00:00:00"])
def test_the_bulk_file_is_one_gzip_member_of_the_same_rows(
    country: Path, population: Client, until: str | None
) -> None:
    answer = population.ask("/v1/residence/bulk", **({"until": until} if until else {}))
    assert answer.headers["content-type"] == "application/gzip"
    rows = [row for row in expected(country, "population_residence") if not until or row["updated_at"] < until]
    assert [json.loads(line) for line in gzip.decompress(answer.content).splitlines()] == rows
    assert int(answer.headers["x-last-change-seq"]) == (rows[-1]["change_seq"] if rows else 0)


def test_payers_are_paged_within_a_half_open_interval(country: Path, tax: Client) -> None:
    bounds = {"updated_from": "2024-12-03T00:00:00", "updated_to": "2024-12-20T00:00:00"}
    first = tax.ask("/v1/payers", **bounds, size=100).json()
    others = range(2, first["total_pages"] + 1)
    pages = [first, *(tax.ask("/v1/payers", **bounds, size=100, page=n).json() for n in others)]
    rows = [row for page in pages for row in page["items"]]
    wanted = [
        row
        for row in expected(country, "tax_payer")
        if bounds["updated_from"] <= row["updated_at"] < bounds["updated_to"]
    ]
    assert rows == wanted
    assert first["total_items"] == len(wanted)
    assert {page["page"] for page in pages} == set(range(1, first["total_pages"] + 1))
    assert tax.ask("/v1/payers", size=5001).status_code == 422


def test_archives_are_listed_by_filing_and_downloaded_in_ranges(tax: Client) -> None:
    everything = tax.ask("/v1/returns", size=1000).json()
    assert everything["total_items"] == len(everything["items"]) == 3
    listed = tax.ask("/v1/returns", filed_from="2025-03-20T00:00:00", filed_to="2025-03-21T00:00:00").json()["items"]
    (archive,) = listed
    answer = tax.ask(f"/v1/returns/{archive['archive_id']}.zip")
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["etag"] == f'"{archive["sha256"]}"'
    assert hashlib.sha256(answer.content).hexdigest() == archive["sha256"]
    assert len(answer.content) == archive["bytes"]
    assert len(zipfile.ZipFile(io.BytesIO(answer.content)).namelist()) == archive["returns"]
    rest = tax.get(answer.url, headers={"Range": "bytes=100-", "If-Range": answer.headers["etag"]})
    assert rest.status_code == 206
    assert answer.content[:100] + rest.content == answer.content
    assert tax.ask("/v1/returns/other.zip").status_code == 404


def test_the_rate_limit_says_when_to_come_back(country: Path) -> None:
    with (
        serving(country, ServingSettings(requests_per_second=1, burst=2)) as addresses,
        Client(addresses["tax"]) as client,
    ):
        client.log_in()
        answers = [client.ask("/v1/payers", size=1) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        time.sleep(int(answers[-1].headers["retry-after"]))
        assert client.ask("/v1/payers", size=1).status_code == 200


def test_tokens_expire(country: Path) -> None:
    with serving(country, ServingSettings(token_lifetime=1)) as addresses, Client(addresses["tax"]) as client:
        client.log_in()
        assert client.ask("/v1/payers", size=1).status_code == 200
        time.sleep(1.1)
        assert client.ask("/v1/payers", size=1).status_code == 401


def test_every_fault_fires_once_and_then_the_server_is_well(country: Path) -> None:
    faults = Faults()
    with (
        serving(country, faults={"tax": faults, "population": faults}) as addresses,
        Client(addresses["population"]) as client,
    ):
        client.log_in()
        well = client.ask("/v1/person/changes", limit=100)

        def spoilt(kind: FaultKind, **params: Any) -> httpx.Response:
            faults.add(Fault(kind=kind, seconds=2))
            return client.ask("/v1/person/changes", limit=100, **params)

        assert spoilt(FaultKind.SERVER_ERROR).status_code == 503
        limited = spoilt(FaultKind.RATE_LIMIT)
        assert (limited.status_code, limited.headers["retry-after"]) == (429, "2")
        with pytest.raises(httpx.RemoteProtocolError):
            spoilt(FaultKind.CUT)
        assert spoilt(FaultKind.TRUNCATED).content == well.content[: len(well.content) // 2]
        assert spoilt(FaultKind.EXPIRED_TOKEN).status_code == 401
        client.log_in()
        client.timeout = httpx.Timeout(0.5)
        with pytest.raises(httpx.ReadTimeout):
            spoilt(FaultKind.TIMEOUT)
        client.timeout = httpx.Timeout(5)
        client.ask("/v1/person/changes", limit=100)
        assert spoilt(FaultKind.REPEATED_PAGE, after=well.json()["next_after"]).json() == well.json()
        assert client.ask("/v1/person/changes", limit=100).json() == well.json()
    assert set(faults.fired.values()) == {1}


def test_a_zip_can_be_truncated(country: Path) -> None:
    faults = Faults([Fault(kind=FaultKind.TRUNCATED, path=".zip"), Fault(kind=FaultKind.CUT, path=".zip")])
    with serving(country, faults={"tax": faults}) as addresses, Client(addresses["tax"]) as client:
        client.log_in()
        archive = client.ask("/v1/returns").json()["items"][0]
        path = f"/v1/returns/{archive['archive_id']}.zip"
        assert len(client.ask(path).content) == archive["bytes"] // 2
        with pytest.raises(httpx.RemoteProtocolError):
            client.ask(path)
        assert len(client.ask(path).content) == archive["bytes"]


def test_a_country_without_records_can_be_served(country_without_records: Path) -> None:
    with serving(country_without_records) as addresses, Client(addresses["population"]) as client:
        client.log_in()
        page = client.ask("/v1/person/changes").json()
        assert page == {"items": [], "next_after": 0, "has_more": False}
        assert gzip.decompress(client.ask("/v1/person/bulk").content) == b""
    with serving(country_without_records) as addresses, Client(addresses["tax"]) as client:
        client.log_in()
        assert client.ask("/v1/payers").json()["items"] == client.ask("/v1/returns").json()["items"] == []
