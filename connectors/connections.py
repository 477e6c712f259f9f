"""Connections to the warehouse that threads share: opening one takes as long as loading thousands of rows."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from queue import Empty, LifoQueue
from typing import Self

import psycopg

from ansinh import database
from connectors import ledger


class Connections:
    """Connections of the loader that are opened when one is wanted and none is idle, and closed at the end.

    Args:
        first: a connection that commits by itself and stays with the caller, to be used before others are opened.
    """

    def __init__(self, first: psycopg.Connection) -> None:
        self._idle = LifoQueue[psycopg.Connection]()
        self._idle.put(first)
        self._opened = ExitStack()

    @contextmanager
    def borrowed(self) -> Iterator[psycopg.Connection]:
        """Give a connection that nobody else uses meanwhile and that commits by itself."""
        try:
            connection = self._idle.get_nowait()
        except Empty:
            connection = self._opened.enter_context(database.connect(database.Role.LOADER))
            connection.autocommit = True
        try:
            yield connection
        finally:
            if not connection.closed:
                self._idle.put(connection)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._opened.close()


@contextmanager
def working_on(registry: str) -> Iterator[tuple[psycopg.Connection, Connections]]:
    """Hold a registry for this run and give a connection, which commits by itself, and what lends it and further ones.

    Raises:
        AnsinhError: another run holds the registry, or the database cannot be reached.
    """
    # What the imports made is no garbage; looking through it would stop every thread for as long as 20,000 rows take.
    gc.freeze()
    try:
        with (
            database.connect(database.Role.LOADER) as connection,
            ledger.exclusive(connection, registry),
            Connections(connection) as connections,
        ):
            yield connection, connections
    finally:
        gc.unfreeze()
