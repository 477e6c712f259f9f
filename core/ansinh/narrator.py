"""Tell a waiting person what happens: a line for each step with the seconds since the start, and what runs now."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape

_QUIET_SECONDS = 15


class Narrator(logging.Handler):
    """Prints lines; on a terminal also one live line. As a logging handler it tells the INFO records of a room.

    Attributes:
        stages: seconds of each stage that has ended, in order.
    """

    def __init__(self, console: Console) -> None:
        super().__init__(logging.INFO)
        self.stages: dict[str, float] = {}
        self._console = console
        self._start = self._spoke = time.monotonic()
        self._live = console.status("") if console.is_terminal else None

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._start

    def say(self, text: str) -> None:
        """Print a line."""
        self._spoke = time.monotonic()
        self._console.print(f"[dim]{self.elapsed:5.0f} s[/]  {escape(text)}", highlight=False, soft_wrap=True)

    def now(self, text: str) -> None:
        """Show what runs: at once on a terminal, else as a line when nothing was said for a while."""
        if self._live:
            self._live.update(escape(text))
        elif time.monotonic() - self._spoke > _QUIET_SECONDS:
            self.say(text)

    def emit(self, record: logging.LogRecord) -> None:
        """Tell a log record."""
        self.say(record.getMessage())

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measure a stage."""
        begin = time.monotonic()
        try:
            yield
        finally:
            self.stages[name] = round(time.monotonic() - begin, 1)

    @contextmanager
    def listening(self, *loggers: str) -> Iterator[None]:
        """Tell what these loggers log, and show the live line."""
        for name in loggers:
            logging.getLogger(name).addHandler(self)
        if self._live:
            self._live.start()
        try:
            yield
        finally:
            if self._live:
                self._live.stop()
            for name in loggers:
                logging.getLogger(name).removeHandler(self)
