"""Several things at once, and their results in order.

Threads are enough where the libraries that do the work let go of the interpreter's lock meanwhile.
"""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import TypeVar

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")
_END = object()


def ahead(items: Iterable[_Item]) -> Iterator[_Item]:
    """Yield the items while the next ones are made in a thread, which keeps one of them ready."""
    waiting: queue.Queue[object] = queue.Queue(maxsize=1)
    stopped = threading.Event()

    def put(item: object) -> None:
        while not stopped.is_set():
            try:
                waiting.put(item, timeout=0.1)
            except queue.Full:
                continue
            return

    def make() -> None:
        try:
            for item in items:
                put(item)
                if stopped.is_set():
                    return
            put(_END)
        except BaseException as error:
            put(_Failure(error))
        finally:
            if isinstance(items, Generator):
                items.close()

    thread = threading.Thread(target=make, name="ahead", daemon=True)
    thread.start()
    try:
        while (item := waiting.get()) is not _END:
            if isinstance(item, _Failure):
                raise item.error
            yield item  # type: ignore[misc]
    finally:
        stopped.set()
        thread.join()


def at_once(threads: int, work: Callable[[_Item], _Result], items: Sequence[_Item]) -> list[_Result]:
    """Return `work(item)` for each item, in order, `threads` of them at a time.

    After a failure nothing new is begun, what is under way ends, and the first failure is raised.
    """
    with ThreadPoolExecutor(max(1, min(threads, len(items)))) as pool:
        futures = [pool.submit(work, item) for item in items]
        try:
            return [future.result() for future in futures]
        finally:
            pool.shutdown(cancel_futures=True)


def in_order(
    executor: Executor, work: Callable[[_Item], _Result], items: Iterable[_Item], depth: int
) -> Iterator[_Result]:
    """Yield `work(item)` for each item, in order, while the next ones, `depth` at most, are being made."""
    waiting: deque[Future[_Result]] = deque()
    try:
        for item in items:
            waiting.append(executor.submit(work, item))
            if len(waiting) > depth:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for future in waiting:
            future.cancel()


class _Failure:
    """What ended the thread."""

    def __init__(self, error: BaseException) -> None:
        self.error = error
