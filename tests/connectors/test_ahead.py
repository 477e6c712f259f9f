"""Several things at once: in order, and ended together."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connectors.ahead import ahead


def test_items_come_in_order() -> None:
    assert list(ahead(iter(range(100)))) == list(range(100))


def test_a_failure_comes_after_the_items_before_it() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise ValueError("broken")

    found = ahead(items())
    assert next(found) == 1
    with pytest.raises(ValueError, match="broken"):
        next(found)


def test_whoever_stops_early_ends_what_lies_behind() -> None:
    ended = []

    def items(name: str) -> Iterator[int]:
        try:
            yield from range(1_000)
        finally:
            ended.append(name)

    def doubled() -> Iterator[int]:
        try:
            for item in ahead(items("first")):
                yield 2 * item
        finally:
            ended.append("second")

    found = ahead(doubled())
    assert next(found) == 0
    found.close()  # type: ignore[attr-defined]
    assert ended == ["first", "second"]
