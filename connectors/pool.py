"""Work on many files with every core: results come in the order of the files, and only a few are under way at once."""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from typing import TypeVar

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


def ordered_map(work: Callable[[_Item], _Result], items: Iterable[_Item], workers: int) -> Iterator[_Result]:
    """Yield `work(item)` for each item, in order, computed by processes.

    Args:
        work: function of a module that is cheap to import; a process imports it anew.
        items: the arguments.
        workers: number of processes; 0 means one per core.
    """
    count = workers or os.cpu_count() or 1
    if count == 1 or multiprocessing.current_process().daemon:
        # A daemonic process may not have children.
        yield from map(work, items)
        return
    waiting: deque[Future[_Result]] = deque()
    with ProcessPoolExecutor(count, multiprocessing.get_context("spawn")) as pool:
        try:
            for item in items:
                waiting.append(pool.submit(work, item))
                if len(waiting) > 2 * count:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
