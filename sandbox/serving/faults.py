"""Planned failures of the HTTP registries, so that clients can be tried against the real servers.

A fault waits for requests whose path contains `path`, lets `skip` of them pass, then spoils the next `times`.
Give a list of them to `create_app(..., faults=Faults([...]))` or to `sandbox.serving.server.serving(...)`, or set
`ANSINH_SANDBOX_FAULTS` for the detached server.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field
from starlette.datastructures import MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class FaultKind(StrEnum):
    """What goes wrong."""

    SERVER_ERROR = "server_error"  # 503, with a body that is not JSON
    TIMEOUT = "timeout"  # the answer comes `seconds` late
    CUT = "cut"  # the connection closes in the middle of the body
    EXPIRED_TOKEN = "expired_token"  # every token given out so far stops working
    RATE_LIMIT = "rate_limit"  # 429 with Retry-After of `seconds`
    REPEATED_PAGE = "repeated_page"  # the answer to the path's previous request once more
    TRUNCATED = "truncated"  # half of the body under an honest Content-Length


class Fault(BaseModel):
    """One planned failure."""

    model_config = ConfigDict(extra="forbid")

    kind: FaultKind
    path: str = Field(default="/v1/", description="Part of the request's path.")
    skip: int = Field(default=0, ge=0, description="Matching requests that pass first.")
    times: int = Field(default=1, ge=1, description="Requests that fail after them.")
    seconds: float = Field(default=1.0, ge=0, description="Delay of a time-out, or Retry-After of a rate limit.")


class Faults:
    """The plan of one registry; `fired` counts what has gone wrong so far."""

    def __init__(self, plan: Iterable[Fault] = ()) -> None:
        self._waiting = [fault.model_copy() for fault in plan]
        self._lock = threading.Lock()
        self.fired: dict[FaultKind, int] = dict.fromkeys(FaultKind, 0)

    def add(self, fault: Fault) -> None:
        """Plan one more failure while the server runs."""
        with self._lock:
            self._waiting.append(fault.model_copy())

    def take(self, path: str) -> Fault | None:
        """Return the failure that is due for a request, and count it."""
        with self._lock:
            for fault in self._waiting:
                if fault.path not in path:
                    continue
                if fault.skip:
                    fault.skip -= 1
                    continue
                fault.times -= 1
                if not fault.times:
                    self._waiting.remove(fault)
                self.fired[fault.kind] += 1
                return fault
        return None


class FaultInjector:
    """ASGI middleware that carries out the plan."""

    def __init__(self, app: ASGIApp, faults: Faults, expire_tokens: Callable[[], None]) -> None:
        self.app = app
        self.faults = faults
        self.expire_tokens = expire_tokens
        self._answers: dict[str, list[Message]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, spoilt where a failure is due."""
        fault = self.faults.take(scope["path"]) if scope["type"] == "http" else None
        if fault is None:
            await self.app(scope, receive, self._remember(scope, send))
            return
        match fault.kind:
            case FaultKind.SERVER_ERROR:
                body = {"error": "temporarily_unavailable"}
                await JSONResponse(body, status_code=503)(scope, receive, send)
            case FaultKind.RATE_LIMIT:
                headers = {"Retry-After": f"{fault.seconds:g}"}
                await JSONResponse({"error": "too_many_requests"}, 429, headers)(scope, receive, send)
            case FaultKind.TIMEOUT:
                await asyncio.sleep(fault.seconds)
                await self.app(scope, receive, send)
            case FaultKind.EXPIRED_TOKEN:
                self.expire_tokens()
                await self.app(scope, receive, send)
            case FaultKind.REPEATED_PAGE if scope["path"] in self._answers:
                for message in self._answers[scope["path"]]:
                    await send(message)
            case FaultKind.CUT:
                await self.app(scope, receive, _Half(send, honest=False))
            case FaultKind.TRUNCATED:
                await self.app(scope, receive, _Half(send, honest=True))
            case _:
                await self.app(scope, receive, self._remember(scope, send))

    def _remember(self, scope: Scope, send: Send) -> Send:
        """Keep the last page of each path, so that it can be sent again."""
        if scope["type"] != "http" or not scope["path"].startswith("/v1/"):
            return send
        answer: list[Message] = []

        async def keep(message: Message) -> None:
            answer.append(message)
            if message["type"] == "http.response.body" and len(answer) == 2 and not message.get("more_body"):
                self._answers[scope["path"]] = answer
            await send(message)

        return keep


class _Half:
    """Sends the first half of a body; an honest one states the shorter length, the other breaks off."""

    def __init__(self, send: Send, *, honest: bool) -> None:
        self.send = send
        self.honest = honest
        self.left = 0
        self.done = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            self.left = int(headers.get("content-length", 2000)) // 2
            if self.honest and "content-length" in headers:
                headers["content-length"] = str(self.left)
            await self.send(message)
        elif message["type"] == "http.response.body" and not self.done:
            body = message.get("body", b"")[: self.left]
            self.left -= len(body)
            self.done = self.left == 0 or not message.get("more_body")
            await self.send({"type": message["type"], "body": body, "more_body": not (self.done and self.honest)})
