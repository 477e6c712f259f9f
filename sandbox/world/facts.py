"""True facts that the registries' writers draw themselves, noted before the mistakes: for the truth, and for the
finance ledger."""

from __future__ import annotations

import polars as pl


class Facts:
    """Frames by name, grown part by part; all parts of a name have the same columns."""

    def __init__(self) -> None:
        self._parts: dict[str, list[pl.DataFrame]] = {}

    def note(self, name: str, frame: pl.DataFrame) -> None:
        """Add rows to the facts of a name."""
        self._parts.setdefault(name, []).append(frame)

    def look(self, name: str) -> pl.DataFrame:
        """Return all rows of a name."""
        return pl.concat(self._parts[name], how="vertical_relaxed")
