"""Working figures of a made-up country in a real database."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.publication import country

PEOPLE = 60_000


@pytest.fixture
def working(empty_warehouse: Path) -> Path:
    """Figures of four months around the change of province lists; returns the home folder."""
    country.load(country.observations(PEOPLE, "2025-04", "2025-07"))
    return empty_warehouse
