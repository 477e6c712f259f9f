"""Work on many files with every core: results come in the order of the files, and only a few are under way at once."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from importlib import import_module
from itertools import chain, islice
from typing import Any, TypeVar

from connectors.ahead import in_order

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


class Pool:
    """Processes that start with the first work that is worth it and end with `close`.

    Args:
        workers: number of processes; 0 means one per core.
    """

    def __init__(self, workers: int) -> None:
        self._workers = workers or os.cpu_count() or 1
        self._executor: ProcessPoolExecutor | None = None

    def start(self, work: Callable[[Any], object]) -> None:
        """Start the processes before the first item is there, where it is known that many will follow."""
        if self._executor is None and self._may_start():
            self._executor = self._processes()
            for _ in range(self._workers):
                self._executor.submit(import_module, work.__module__)

    def map(self, work: Callable[[_Item], _Result], items: Iterable[_Item], alone: int = 0) -> Iterator[_Result]:
        """Yield `work(item)` for each item, in order.

        Args:
            work: function of a module that is cheap to import; each process imports it anew.
            items: the arguments, taken one by one as the work goes on.
            alone: the first items, so little work that no process need start for them.
        """
        rest = iter(items)
        if self._executor is None:
            yield from map(work, islice(rest, alone))
        first = list(islice(rest, 2))
        if len(first) < 2 or not self._may_start():
            yield from map(work, chain(first, rest))
            return
        if self._executor is None:
            self._executor = self._processes()
        yield from in_order(self._executor, work, chain(first, rest), self._workers + 1)

    def close(self) -> None:
        """End the processes."""
        if self._executor is not None:
            self._executor.shutdown(cancel_futures=True)
            self._executor = None

    def _may_start(self) -> bool:
        # A daemonic process may not have children.
        return self._workers > 1 and not multiprocessing.current_process().daemon

    def _processes(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(self._workers, multiprocessing.get_context("spawn"))
