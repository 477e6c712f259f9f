"""Registries behind HTTP: OAuth2 client credentials, patience, and bodies that arrive as a whole or not at all."""

from __future__ import annotations

import base64
import datetime as dt
import email.utils
import hashlib
import json
import logging
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import unquote, urlencode, urlsplit
from urllib.request import getproxies, proxy_bypass

import certifi
import urllib3

from ansinh.errors import AnsinhError
from connectors.retry import Wait, retrying
from connectors.settings import RegistrySettings, variable

_log = logging.getLogger(__name__)

_GOOD = range(200, 300)
_BUSY = {408, 425, 429, 500, 502, 503, 504}
# Bytes of a body that are taken at once.
_PIECE_BYTES = 1 << 16
# Connections that stay open for the next request.
_KEPT = 10
# A token is renewed this many seconds before it ends, so that it does not end on the way.
_TOKEN_MARGIN = 15

_T = TypeVar("_T")
Params = dict[str, str | int]


class HttpClient:
    """One registry's HTTP interface."""

    def __init__(self, settings: RegistrySettings) -> None:
        self.settings = settings
        self._base = settings.address.partition("?")[0].rstrip("/")
        self._client = _client(settings)
        self._token, self._token_ends = "", 0.0

    def close(self) -> None:
        """Give back the connections."""
        self._client.clear()

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
            headers.update((name.lower(), value) for name, value in response.headers.items())
            # A server without ranges sends all of it again: drop what we have.
            skip = 0 if response.status == HTTPStatus.PARTIAL_CONTENT else done
            try:
                for data in response.stream(_PIECE_BYTES, decode_content=False):
                    fresh = data[skip:]
                    skip = max(0, skip - len(data))
                    done += len(fresh)
                    yield fresh
            except urllib3.exceptions.HTTPError as error:
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
        except (urllib3.exceptions.HTTPError, Wait) as error:
            raise AnsinhError(self._message(path, error), "Run this again later; it goes on from there.") from error

    def _get_json(self, path: str, params: Params, check: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
        response = self._send(path, params, {"Accept-Encoding": "gzip"}, stream=False)
        try:
            page: dict[str, Any] = json.loads(response.data)
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

    def _open(self, path: str, params: Params, done: int) -> urllib3.BaseHTTPResponse:
        return self._send(path, params, {"Range": f"bytes={done}-"} if done else {}, stream=True)

    def _send(self, path: str, params: Params, headers: dict[str, str], *, stream: bool) -> urllib3.BaseHTTPResponse:
        url = f"{self._base}{path}" + (f"?{urlencode(params)}" if params else "")
        headers = {**headers, "Authorization": f"Bearer {self._bearer()}"}
        response = self._client.request(
            "GET", url, headers=headers, preload_content=not stream, redirect=False, retries=False
        )
        if response.status in _GOOD:
            return response
        response.drain_conn()
        response.close()
        if response.status == HTTPStatus.UNAUTHORIZED:
            self._token = ""
            raise Wait("the access token was refused", seconds=0)
        raise self._refusal(path, response)

    def _bearer(self) -> str:
        if not self._token or time.monotonic() > self._token_ends:
            login = base64.b64encode(f"{self.settings.username}:{self.settings.password}".encode()).decode()
            response = self._client.request(
                "POST", f"{self._base}/oauth2/token", fields={"grant_type": "client_credentials"},
                headers={"Authorization": f"Basic {login}"}, encode_multipart=False, redirect=False, retries=False,
            )  # fmt: skip
            if response.status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN):
                raise AnsinhError(
                    f"Registry {self.settings.name} refuses the client '{self.settings.username}'.",
                    f"Check the credentials in {variable(self.settings.name)}.",
                )
            if response.status not in _GOOD:
                raise self._refusal("/oauth2/token", response)
            answer = response.json()
            self._token = answer["access_token"]
            self._token_ends = time.monotonic() + max(0.0, float(answer.get("expires_in", 60)) - _TOKEN_MARGIN)
        return self._token

    def _refusal(self, path: str, response: urllib3.BaseHTTPResponse) -> Exception:
        if response.status in _BUSY:
            return Wait(f"HTTP {response.status}", _retry_after(response))
        return AnsinhError(
            f"Registry {self.settings.name} answers HTTP {response.status} for {path}.",
            f"Check {variable(self.settings.name)} and what was agreed with the registry.",
        )

    def _message(self, path: str, error: Exception) -> str:
        reason = str(error) or type(error).__name__
        return f"Registry {self.settings.name} did not deliver {path} in {self.settings.retries} attempts: {reason}."


def _client(settings: RegistrySettings) -> urllib3.PoolManager:
    """Return the connections, over the proxy and with the certificates that the environment names."""
    options: dict[str, Any] = {
        "timeout": urllib3.Timeout(connect=settings.connect_timeout, read=settings.timeout),
        "maxsize": _KEPT,
        "ca_certs": os.environ.get("SSL_CERT_FILE") or certifi.where(),
    }
    address = urlsplit(settings.address)
    proxy = getproxies().get(address.scheme)
    if proxy and not proxy_bypass(address.hostname or ""):
        login = urllib3.util.parse_url(proxy).auth
        headers = urllib3.make_headers(proxy_basic_auth=unquote(login)) if login else None
        return urllib3.ProxyManager(proxy, proxy_headers=headers, **options)
    return urllib3.PoolManager(**options)


def _is_transient(error: BaseException) -> bool:
    return isinstance(error, urllib3.exceptions.HTTPError | Wait)


def _retry_after(response: urllib3.BaseHTTPResponse) -> float | None:
    """Return the seconds that the registry asks for, as a number or as a date (RFC 9110)."""
    text = response.headers.get("Retry-After", "")
    if text.isdigit():
        return float(text)
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (moment - dt.datetime.now(dt.UTC)).total_seconds())
