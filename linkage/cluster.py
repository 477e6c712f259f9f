"""From accepted edges to clusters that contradict nothing: best evidence first, within constraints.

Most clusters are plain connected components. Only those that break a constraint are built edge by edge.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

Integers = NDArray[np.int64]
TWO_PERSONS, APART, TOO_LARGE = "two persons", "unlinked by a steward", "cluster too large"


@dataclass(frozen=True)
class Edges:
    """Pairs of nodes with their weight; `forced` edges may join two persons."""

    left: Integers
    right: Integers
    weight: NDArray[np.float64]
    forced: NDArray[np.bool_]


@dataclass(frozen=True)
class Clusters:
    """The cluster of each node, and the edges that a constraint refused, by position, with the reason."""

    label: Integers
    refused: list[tuple[int, str]]
    cut: int


def components(size: int, left: Integers, right: Integers) -> Integers:
    """Return the connected component of each of `size` nodes."""
    graph = coo_array((np.ones(len(left), dtype=np.int8), (left, right)), shape=(size, size))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def build(person: Integers, edges: Edges, apart: list[tuple[int, int]], limit: int) -> Clusters:
    """Return clusters in which no two persons, no two nodes that a steward keeps apart, and not too many nodes meet.

    Args:
        person: for each node the person that it is known to be (equal numbers are one person), or -1.
        edges: accepted evidence.
        apart: pairs of nodes that must not meet.
        limit: most nodes of a cluster.
    """
    label = components(len(person), edges.left, edges.right)
    broken = _broken(label, person, apart, limit)
    inside = np.flatnonzero(np.isin(label[edges.left], broken))
    if not len(inside):
        return Clusters(label, [], 0)
    order = inside[np.lexsort((edges.right[inside], edges.left[inside], -edges.weight[inside], ~edges.forced[inside]))]
    sets = _Sets(person, apart, limit)
    refused = []
    for place in order.tolist():
        reason = sets.join(int(edges.left[place]), int(edges.right[place]), bool(edges.forced[place]))
        if reason:
            refused.append((place, reason))
    members = np.flatnonzero(np.isin(label, broken))
    # Labels of their own, past those of the components.
    label[members] = len(person) + np.array([sets.find(int(node)) for node in members], dtype=np.int64)
    return Clusters(label, refused, len(broken))


def _broken(label: Integers, person: Integers, apart: list[tuple[int, int]], limit: int) -> Integers:
    """Return the components that break a constraint."""
    sizes = np.bincount(label)
    known = person >= 0
    pairs = np.unique(np.stack([label[known], person[known]], axis=1), axis=0)[:, 0]
    persons = np.bincount(pairs, minlength=len(sizes))
    together = [label[left] for left, right in apart if label[left] == label[right]]
    return np.union1d(np.flatnonzero((persons > 1) | (sizes > limit)), np.array(together, dtype=np.int64))


class _Sets:
    """Disjoint sets that know whom they contain and whom they must not meet."""

    def __init__(self, person: Integers, apart: list[tuple[int, int]], limit: int) -> None:
        self._parent: dict[int, int] = {}
        self._person, self._limit = person, limit
        self._persons: dict[int, set[int]] = {}
        self._size: dict[int, int] = {}
        self._foes: dict[int, set[int]] = {}
        for left, right in apart:
            self._foes.setdefault(left, set()).add(right)
            self._foes.setdefault(right, set()).add(left)

    def find(self, node: int) -> int:
        root = node
        while (above := self._parent.get(root, root)) != root:
            root = above
        while (above := self._parent.get(node, node)) != root:
            self._parent[node] = root
            node = above
        return root

    def join(self, left: int, right: int, forced: bool) -> str | None:
        """Join the sets of two nodes; return the reason where a constraint forbids it."""
        keep, gone = self.find(left), self.find(right)
        if keep == gone:
            return None
        if self._size.get(keep, 1) < self._size.get(gone, 1):
            keep, gone = gone, keep
        persons = self._persons_of(keep) | self._persons_of(gone)
        size = self._size.get(keep, 1) + self._size.get(gone, 1)
        foes = self._foes.get(keep, set()) | self._foes.get(gone, set())
        if foes and self._meet(keep, gone):
            return APART
        if not forced and len(persons) > max(len(self._persons_of(keep)), len(self._persons_of(gone)), 1):
            return TWO_PERSONS
        if size > self._limit and not forced:
            return TOO_LARGE
        self._parent[gone] = keep
        self._persons[keep], self._size[keep] = persons, size
        if foes:
            self._foes[keep] = foes
        return None

    def _meet(self, keep: int, gone: int) -> bool:
        """Whether a foe of one set is in the other."""
        return any(self.find(foe) == gone for foe in self._foes.get(keep, set())) or any(
            self.find(foe) == keep for foe in self._foes.get(gone, set())
        )

    def _persons_of(self, root: int) -> set[int]:
        person = int(self._person[root])
        return self._persons.get(root, {person} if person >= 0 else set())
