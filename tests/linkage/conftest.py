"""Empty registers for every test of the linkage."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.linkage import registers


@pytest.fixture
def empty_registers(warehouse: Path) -> Path:
    """An installation whose registers name nobody yet."""
    registers.found()
    return warehouse
