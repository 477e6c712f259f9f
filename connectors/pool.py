"""Work on many files with every core: results come in the order of the files, and only a few are under way at once."""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from typing import TypeVar

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

    def map(self, work: Callable[[_Item], _Result], items: Sequence[_Item]) -> Iterator[_Result]:
        """Yield `work(item)` for each item, in order.

        Args:
            work: function of a module that is cheap to import; each process imports it anew.
            items: the arguments.
        """
        # A daemonic process may not have children.
        if self._workers == 1 or len(items) < 2 or multiprocessing.current_process().daemon:
            yield from map(work, items)
            return
        if self._executor is None:
            self._executor = ProcessPoolExecutor(self._workers, multiprocessing.get_context("spawn"))
        waiting: deque[Future[_Result]] = deque()
        try:
            for item in items:
                waiting.append(self._executor.submit(work, item))
                if len(waiting) > 2 * self._workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()

    def close(self) -> None:
        """End the processes."""
        if self._executor is not None:
            self._executor.shutdown(cancel_futures=True)
            self._executor = None
