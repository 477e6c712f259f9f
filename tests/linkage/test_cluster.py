"""Clusters: best evidence first, within what cannot be."""

from __future__ import annotations

import numpy as np
import pytest

from linkage.cluster import APART, TOO_LARGE, TWO_PERSONS, Edges, build

NOBODY = -1


def edges(*rows: tuple[int, int, float], forced: tuple[int, ...] = ()) -> Edges:
    left, right, weight = zip(*rows, strict=True)
    return Edges(np.array(left), np.array(right), np.array(weight, dtype=float),
                 np.isin(np.arange(len(rows)), forced))  # fmt: skip


def sets(label: np.ndarray) -> list[list[int]]:
    return sorted(np.flatnonzero(label == value).tolist() for value in np.unique(label))


def test_without_conflict_clusters_are_the_connected_components() -> None:
    made = build(np.full(5, NOBODY), edges((0, 1, 1), (1, 2, 1)), [], 10)
    assert sets(made.label) == [[0, 1, 2], [3], [4]]
    assert (made.refused, made.cut) == ([], 0)


def test_a_node_between_two_persons_goes_to_the_stronger_evidence() -> None:
    made = build(np.array([10, 20, NOBODY]), edges((2, 0, 5), (2, 1, 9)), [], 10)
    assert sets(made.label) == [[0], [1, 2]]
    assert made.refused == [(0, TWO_PERSONS)]


def test_the_weakest_edge_of_a_chain_between_two_persons_is_cut() -> None:
    chain = edges((0, 1, 9), (1, 2, 8), (2, 3, 3), (3, 4, 8), (4, 5, 9))
    made = build(np.array([1, NOBODY, NOBODY, NOBODY, NOBODY, 2]), chain, [], 10)
    assert sets(made.label) == [[0, 1, 2], [3, 4, 5]]
    assert made.refused == [(2, TWO_PERSONS)]


def test_one_person_with_two_entries_may_meet() -> None:
    assert sets(build(np.array([7, 7]), edges((0, 1, 1)), [], 10).label) == [[0, 1]]


def test_a_steward_joins_two_persons_and_others_still_may_not() -> None:
    made = build(np.array([1, 2, 3, NOBODY]), edges((0, 1, 1), (1, 2, 9), (3, 0, 5), forced=(0,)), [], 10)
    assert sets(made.label) == [[0, 1, 3], [2]]
    assert made.refused == [(1, TWO_PERSONS)]


def test_what_a_steward_keeps_apart_meets_over_no_detour() -> None:
    triangle = edges((0, 1, 9), (1, 2, 8), (0, 2, 7))
    made = build(np.full(3, NOBODY), triangle, [(0, 2)], 10)
    assert sets(made.label) == [[0, 1], [2]]
    assert [reason for _, reason in made.refused] == [APART, APART]


@pytest.mark.parametrize("limit", [5, 20])
def test_a_giant_is_cut_at_its_weakest_edges(limit: int) -> None:
    size = 1_000
    weights = np.arange(1, size, dtype=float)
    giant = Edges(np.arange(size - 1), np.arange(1, size), weights, np.zeros(size - 1, dtype=bool))
    made = build(np.full(size, NOBODY), giant, [], limit)
    assert np.unique(made.label, return_counts=True)[1].max() <= limit
    assert {reason for _, reason in made.refused} == {TOO_LARGE}
    assert made.label[-1] == made.label[-2]
    assert made.cut == 1
