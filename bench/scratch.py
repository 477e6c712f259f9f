"""A scratch installation for a benchmark: home folder, database and registries of its own, removed afterwards."""

from __future__ import annotations

import logging
import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from ansinh import server
from ansinh.settings import get_settings


@contextmanager
def home() -> Iterator[Path]:
    """Give a home folder below this installation's; servers that were started in it are stopped at the end.

    Nothing else that this installation is set to holds in it: neither its database server nor its registries.
    """
    from sandbox import serve

    folder = Path(tempfile.mkdtemp(prefix="bench-", dir=get_settings().home))
    before = dict(os.environ)
    for name in [name for name in before if name.startswith("ANSINH_")]:
        del os.environ[name]
    # Processes that are started read .env for themselves, unless they are told not to.
    os.environ.update(ANSINH_HOME=str(folder), PYTHON_DOTENV_DISABLED="1")
    get_settings.cache_clear()
    # A benchmark that is terminated cleans up like one that is interrupted.
    terminated = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield folder
    finally:
        signal.signal(signal.SIGTERM, terminated)
        serve.stop()
        server.stop()
        os.environ.clear()
        os.environ.update(before)
        get_settings.cache_clear()
        shutil.rmtree(folder, ignore_errors=True)


def show_progress() -> None:
    """Print what a benchmark is at, with the time of day, to standard error."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")


def in_process(work: Callable[..., Any], *arguments: Any) -> Any:
    """Return what a function returns in a process of its own, so that its peak memory is its own too."""
    with ProcessPoolExecutor(1, get_context("spawn"), show_progress) as pool:
        return pool.submit(work, *arguments).result()
