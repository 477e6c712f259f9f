"""Working figures of a made-up country in a real database, and a release of them."""

from __future__ import annotations

import shutil
from pathlib import Path

import psycopg
import pytest

from ansinh import database
from ansinh.settings import get_settings
from publication import release
from tests.publication import country

PEOPLE, MONTHS = 60_000, ("2025-06", "2025-07")


@pytest.fixture
def working(empty_warehouse: Path) -> Path:
    """Figures of the two months around the change of province lists, nothing published; returns the home folder."""
    shutil.rmtree(get_settings().releases_dir, ignore_errors=True)
    country.load(country.observations(PEOPLE, *MONTHS))
    return empty_warehouse


@pytest.fixture(scope="module")
def published(warehouse: Path) -> release.Release:
    """A release of the same figures, for tests that only read."""
    url = database.admin_url().set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False)) as connection:
        connection.execute("truncate release.release cascade")
    shutil.rmtree(get_settings().releases_dir, ignore_errors=True)
    country.load(country.observations(PEOPLE, *MONTHS))
    return release.publish(MONTHS[-1])
