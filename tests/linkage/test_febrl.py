"""Public data that nobody here made, linked by the same comparisons and clusters."""

from __future__ import annotations

import pytest

from bench import febrl


@pytest.mark.slow
@pytest.mark.parametrize(("dataset", "least"), [("febrl3", 0.998), ("febrl4", 0.999)])
def test_febrl(dataset: str, least: float) -> None:
    measured = febrl.run(dataset)
    assert measured["pairs"]["f1"] >= least
    assert measured["clusters"]["overmerged_share"] <= 0.001
