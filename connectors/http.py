"""Registries behind HTTP: OAuth2 client credentials, patience, and bodies that arrive as a whole or not at all."""

from __future__ import annotations

import datetime as dt
import email.utils
import hashlib
import json
import logging
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, TypeVar

import httpx

from ansinh.errors import AnsinhError
from connectors.retry import Wait, retrying
from connectors.settings import RegistrySettings, variable

_log = logging.getLogger(__name__)

_BUSY = {408, 425, 429, 500, 502, 503, 504}
# A token is renewed this many seconds before it ends, so that it does not end on the way.
_TOKEN_MARGIN = 15

_T = TypeVar("_T")
Params = dict[str, str | int]


class HttpClient:
    """One registry's HTTP interface."""

    def __init__(self, settings: RegistrySettings) -> None:
        self.settings = settings
        timeout = httpx.Timeout(settings.timeout, connect=settings.connect_timeout)
        self._client = httpx.Client(base_url=settings.address, timeout=timeout)
        self._token, self._token_ends = "", 0.0

    def close(self) -> None:
        """Give back the connections."""
        self._client.close()

    def get_json(self, path: str, params: Params, check: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
        """Return a page.

        Args:
            path: what to fetch.
            params: query parameters.
            check: raises `Wait` for a page that the registry should send again.

        Raises:
            AnsinhError: the registry refuses the request, or does not answer it well in all attempts.
        """
        return self.patiently(path, partial(self._get_json, path, params, check))

    def download(self, path: str, sha256: str) -> tempfile._TemporaryFileWrapper[bytes]:
        """Return a file that vanishes when it is closed; a cut download goes on where it stopped.

        Raises:
            AnsinhError: the file cannot be had, or keeps arriving with another SHA-256 than announced.
        """

        def attempt() -> tempfile._TemporaryFileWrapper[bytes]:
            file = tempfile.NamedTemporaryFile()  # noqa: SIM115
            digest = hashlib.sha256()
            for data in self.stream(path, {}, {}):
                file.write(data)
                digest.update(data)
            if digest.hexdigest() != sha256:
                file.close()
                raise Wait("the file differs from its announced SHA-256")
            file.flush()
            return file

        return self.patiently(path, attempt)

    def stream(
        self, path: str, params: Params, headers: dict[str, str], complete: Callable[[], bool] = lambda: True
    ) -> Iterator[bytes]:
        """Yield a body, going on behind the last byte received when the connection is cut.

        Args:
            path: what to fetch.
            params: query parameters.
            headers: filled with the answer's headers.
            complete: whether what was yielded is a whole, for bodies whose length is not announced.

        Raises:
            AnsinhError: the body cannot be had as a whole.
        """
        done = 0
        for _ in range(self.settings.retries):
            response = self.patiently(path, partial(self._open, path, params, done))
            headers.update(response.headers)
            # A server without ranges sends all of it again: drop what we have.
            skip = 0 if response.status_code == httpx.codes.PARTIAL_CONTENT else done
            try:
                for data in response.iter_raw():
                    fresh = data[skip:]
                    skip = max(0, skip - len(data))
                    done += len(fresh)
                    yield fresh
            except httpx.TransportError as error:
                _log.info("%s: %s was cut after %d bytes (%s)", self.settings.name, path, done, error)
            else:
                if complete():
                    return
            finally:
                response.close()
        raise AnsinhError(self._message(path, Wait("the body stays incomplete")), "Run this again later.")

    def patiently(self, path: str, work: Callable[[], _T]) -> _T:
        """Return what `work` returns, trying again after errors that may pass.

        Raises:
            AnsinhError: patience has ended.
        """
        try:
            return retrying(self.settings, _is_transient)(work)
        except (httpx.TransportError, Wait) as error:
            raise AnsinhError(self._message(path, error), "Run this again later; it goes on from there.") from error

    def _get_json(self, path: str, params: Params, check: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
        response = self._send(path, params, {}, stream=False)
        try:
            page: dict[str, Any] = json.loads(response.content)
        except ValueError as error:
            raise Wait("the page is incomplete or not JSON") from error
        try:
            check(page)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise AnsinhError(
                f"Registry {self.settings.name}: a page of {path} has an unknown form ({error!r}).",
                "Ask the registry whether its interface has changed.",
            ) from error
        return page

    def _open(self, path: str, params: Params, done: int) -> httpx.Response:
        return self._send(path, params, {"Range": f"bytes={done}-"} if done else {}, stream=True)

    def _send(self, path: str, params: Params, headers: dict[str, str], *, stream: bool) -> httpx.Response:
        headers = {**headers, "Authorization": f"Bearer {self._bearer()}"}
        response = self._client.send(
            self._client.build_request("GET", path, params=params, headers=headers), stream=stream
        )
        if response.is_success:
            return response
        response.read()
        response.close()
        if response.status_code == httpx.codes.UNAUTHORIZED:
            self._token = ""
            raise Wait("the access token was refused", seconds=0)
        raise self._refusal(path, response)

    def _bearer(self) -> str:
        if not self._token or time.monotonic() > self._token_ends:
            login = (self.settings.username, self.settings.password)
            response = self._client.post("/oauth2/token", data={"grant_type": "client_credentials"}, auth=login)
            if response.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.BAD_REQUEST, httpx.codes.FORBIDDEN):
                raise AnsinhError(
                    f"Registry {self.settings.name} refuses the client '{self.settings.username}'.",
                    f"Check the credentials in {variable(self.settings.name)}.",
                )
            if not response.is_success:
                raise self._refusal("/oauth2/token", response)
            answer = response.json()
            self._token = answer["access_token"]
            self._token_ends = time.monotonic() + max(0.0, float(answer.get("expires_in", 60)) - _TOKEN_MARGIN)
        return self._token

    def _refusal(self, path: str, response: httpx.Response) -> Exception:
        if response.status_code in _BUSY:
            return Wait(f"HTTP {response.status_code}", _retry_after(response))
        return AnsinhError(
            f"Registry {self.settings.name} answers HTTP {response.status_code} for {path}.",
            f"Check {variable(self.settings.name)} and what was agreed with the registry.",
        )

    def _message(self, path: str, error: Exception) -> str:
        reason = str(error) or type(error).__name__
        return f"Registry {self.settings.name} did not deliver {path} in {self.settings.retries} attempts: {reason}."


def _is_transient(error: BaseException) -> bool:
    return isinstance(error, httpx.TransportError | Wait)


def _retry_after(response: httpx.Response) -> float | None:
    """Return the seconds that the registry asks for, as a number or as a date (RFC 9110)."""
    text = response.headers.get("Retry-After", "")
    if text.isdigit():
        return float(text)
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (moment - dt.datetime.now(dt.UTC)).total_seconds())
