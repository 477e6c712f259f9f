"""Working figures of a made-up country in a real database, and a release of them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansinh.settings import get_settings
from publication import release
from publication.settings import get_settings as release_settings
from tests.publication import country, country_labels, nation

PEOPLE, MONTHS = 60_000, ("2025-06", "2025-07")


@pytest.fixture
def working(empty_warehouse: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Figures of the two months around the change of province lists, nothing published; returns the home folder."""
    shutil.rmtree(get_settings().releases_dir, ignore_errors=True)
    country_labels.load(country.observations(PEOPLE, *MONTHS))
    nation.keep_small(monkeypatch)
    return empty_warehouse


@pytest.fixture
def national(empty_warehouse: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """National figures of 2025, nothing published, formats and pages kept small; gives the patch."""
    nation.found(monkeypatch)
    release_settings.cache_clear()
    yield monkeypatch
    release_settings.cache_clear()


@pytest.fixture(scope="module")
def published(module_warehouse: Path) -> release.Release:
    """A release of the same figures, for tests that only read."""
    shutil.rmtree(get_settings().releases_dir, ignore_errors=True)
    country_labels.load(country.observations(PEOPLE, *MONTHS))
    return release.publish(MONTHS[-1])
