"""Patience with a registry: exponential back-off with jitter, as long as the registry itself does not name a delay."""

from __future__ import annotations

import logging
from collections.abc import Callable

import tenacity

from connectors.settings import RegistrySettings

_log = logging.getLogger(__name__)


class Wait(Exception):
    """The registry said how many seconds to wait."""

    def __init__(self, message: str, seconds: float | None = None) -> None:
        super().__init__(message)
        self.seconds = seconds


def retrying(settings: RegistrySettings, transient: Callable[[BaseException], bool]) -> tenacity.Retrying:
    """Return a caller that tries again after transient errors and raises the last one when patience ends."""
    backoff = tenacity.wait_exponential_jitter(
        multiplier=settings.backoff, max=settings.max_wait, jitter=settings.backoff
    )

    def wait(state: tenacity.RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        named = error.seconds if isinstance(error, Wait) else None
        return min(named, settings.max_wait) if named is not None else backoff(state)

    def tell(state: tenacity.RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        seconds = state.next_action.sleep if state.next_action else 0
        _log.info("%s: attempt %d failed (%s), next in %.1f s", settings.name, state.attempt_number, error, seconds)

    return tenacity.Retrying(
        retry=tenacity.retry_if_exception(transient),
        stop=tenacity.stop_after_attempt(settings.retries),
        wait=wait,
        before_sleep=tell,
        reraise=True,
    )
