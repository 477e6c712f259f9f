"""Memory of a process and those that it starts, looked at while they work.

The kernel's own high-water mark does not serve: a process inherits that of the one that starts it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil

_SECONDS = 0.05


@contextmanager
def peak_memory() -> Iterator[list[int]]:
    """Yield a list whose one item is the highest sum of resident memory seen so far, in MB."""
    peak, ended = [0], threading.Event()

    def look() -> None:
        own = psutil.Process()
        while not ended.wait(_SECONDS):
            total = 0
            for process in [own, *own.children(recursive=True)]:
                with suppress(psutil.NoSuchProcess):
                    total += process.memory_info().rss
            peak[0] = max(peak[0], total >> 20)

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield peak
    finally:
        ended.set()
        watcher.join()
