"""What every registry module offers: a `Source` that yields a delivery as bounded chunks of rows."""

from __future__ import annotations

import datetime as dt
import importlib
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from ansinh.months import next_month, parse_month
from connectors.settings import RegistrySettings

if TYPE_CHECKING:
    import polars as pl

    from connectors.contract import Contract

# Rows in a chunk: large enough for columns to pay, small enough that the next ones come meanwhile and use its memory.
CHUNK_ROWS = 16_384


@dataclass(frozen=True)
class Window:
    """What one batch covers: the changes that the registry recorded in a month.

    Attributes:
        period: `YYYY-MM`.
        since: first moment, or None on a first load, which takes everything recorded before `until`.
        until: first moment that no longer belongs to the batch.
        position: where the change feed stood before the batch; None on a first load.
    """

    period: str
    since: dt.datetime | None
    until: dt.datetime
    position: str | None = None

    @classmethod
    def of(cls, period: str, *, first: bool, position: str | None = None) -> Window:
        """Return the window of a month, in local time without a zone, as the registries write it."""
        start = parse_month(period)
        midnight = dt.time()
        since = None if first else dt.datetime.combine(start, midnight)
        return cls(period, since, dt.datetime.combine(next_month(start), midnight), position)


@dataclass(frozen=True)
class Reject:
    """A row that could not even be read: it has a payload, but no columns."""

    rule: str
    field: str | None
    reason: str
    payload: dict[str, Any]


@dataclass(frozen=True)
class File:
    """A file that went into a delivery, remembered in `ingest.file`."""

    path: str
    sha256: str
    bytes: int


@dataclass
class Chunk:
    """A part of a delivery.

    Attributes:
        dataset: the data set that the rows belong to.
        rows: columns named as in the delivery, as text or typed.
        rejects: rows that could not be read.
        warnings: what is odd about the delivery but does no harm, for example an unknown column.
        position: where the change feed stands after this chunk.
        files: the files that were read to the end with this chunk.
    """

    dataset: str
    rows: pl.DataFrame
    rejects: list[Reject] = field(default_factory=list)
    warnings: set[str] = field(default_factory=set)
    position: str | None = None
    files: list[File] = field(default_factory=list)


class Source(ABC):
    """A registry.

    Attributes:
        together: whether one pass over the delivery yields all data sets.
    """

    together = False

    def __init__(self, settings: RegistrySettings) -> None:
        self.settings = settings

    def fingerprint(self, contracts: list[Contract], window: Window) -> str | None:
        """Return what identifies the delivery before it is read, or None where only its content can tell."""
        return None

    @abstractmethod
    def extract(self, contracts: list[Contract], window: Window) -> Iterator[Chunk]:
        """Yield the delivery.

        Raises:
            AnsinhError: the registry does not answer, or the delivery as a whole is broken.
        """

    def close(self) -> None:  # noqa: B027
        """Give back connections."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_source(registry: str, settings: RegistrySettings) -> Source:
    """Return the source of a registry: the class `Registry` of the module `connectors.<registry>`."""
    module = importlib.import_module(f"connectors.{registry}")
    source: Source = module.Registry(settings)
    return source
