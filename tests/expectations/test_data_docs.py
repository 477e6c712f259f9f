"""Data Docs show the newest result of every suite and ask no other host for anything."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from expectations import data_docs, project
from expectations.gate import GateFailed, check_landing
from tests.expectations.conftest import Deliver
from tests.expectations.deliveries import employers


def pages(kind: str) -> list[str]:
    return [page.read_text("utf-8") for page in (data_docs.index().parent / kind).rglob("*.html")]


def test_a_shut_gate_is_shown_with_the_batch(deliver: Deliver) -> None:
    deliver("vss.employer", "2025-01", employers("2025-01"), first=True)
    deliver("vss.employer", "2025-02", employers("2025-02").drop("name"))
    with pytest.raises(GateFailed):
        check_landing("vss")
    assert "landing.vss_employer" in data_docs.index().read_text("utf-8")
    (page,) = pages("validations")
    assert "vss.employer.2025-02" in page
    assert "Critical: The delivery has every column of the contract." in page
    assert len(pages("expectations")) == 1


def test_the_site_shows_the_newest_results_only(deliver: Deliver) -> None:
    deliver("vss.employer", "2025-01", employers("2025-01").drop("name"), first=True)
    with pytest.raises(GateFailed):
        check_landing("vss")
    deliver("vss.employer", "2025-01", employers("2025-01"), first=True)
    check_landing("vss")
    assert data_docs.build() == data_docs.index()
    (page,) = pages("validations")
    assert "Failed" not in re.sub(r"Failed Only", "", page)


def test_the_site_works_without_a_network(deliver: Deliver) -> None:
    deliver("vss.employer", "2025-01", employers("2025-01"), first=True)
    check_landing("vss")
    data_docs.build()
    loads = r"<(?:script|link|img)[^>]*(?:src|href)=[\"']?(?:https?:)?//|url\(['\"]?https?://|@import"
    for page in data_docs.index().parent.rglob("*.html"):
        assert not re.search(loads, page.read_text("utf-8")), page.name


def test_a_site_without_results_is_built(empty_warehouse: Path) -> None:
    assert data_docs.build().is_file()


def test_the_suites_run_in_a_context_of_great_expectations(empty_warehouse: Path) -> None:
    context = project.context("warehouse")
    result = context.validation_definitions.get("warehouse.privacy").run()
    assert result.success
    assert {"warehouse.link", "warehouse.fact"} <= {suite.name for suite in context.suites.all()}
