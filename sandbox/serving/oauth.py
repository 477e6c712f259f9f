"""OAuth2 client credentials and the rate limit of one HTTP registry (RFC 6749, RFC 6750, RFC 6585)."""

from __future__ import annotations

import base64
import binascii
import math
import secrets
import time
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import JSONResponse, Response

from sandbox.serving.settings import ServingSettings


class Gatekeeper:
    """Gives out short-lived tokens and admits the requests that carry one, up to the rate limit."""

    def __init__(self, client_secret: str, settings: ServingSettings) -> None:
        self.settings = settings
        self._credentials = f"{settings.client_id}:{client_secret}".encode()
        self._expiry: dict[str, float] = {}
        self._allowance = float(settings.burst)
        self._seen = time.monotonic()
        self.router = APIRouter()
        self.router.post("/oauth2/token")(self.token)

    async def token(self, request: Request, grant_type: Annotated[str, Form()] = "") -> Response:
        """Give a bearer token for HTTP Basic client credentials."""
        if not secrets.compare_digest(_basic(request), self._credentials):
            return JSONResponse({"error": "invalid_client"}, 401, {"WWW-Authenticate": 'Basic realm="oauth2"'})
        if grant_type != "client_credentials":
            return JSONResponse({"error": "unsupported_grant_type"}, 400)
        now = time.monotonic()
        self._expiry = {token: expiry for token, expiry in self._expiry.items() if expiry > now}
        token = secrets.token_urlsafe(32)
        self._expiry[token] = now + self.settings.token_lifetime
        answer = {"access_token": token, "token_type": "Bearer", "expires_in": self.settings.token_lifetime}
        return JSONResponse(answer, headers={"Cache-Control": "no-store"})

    async def admit(self, request: Request) -> None:
        """Let a request pass.

        Raises:
            HTTPException: 401 for a missing or expired token, 429 with Retry-After over the rate limit.
        """
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or self._expiry.get(token, 0) <= time.monotonic():
            raise HTTPException(401, "invalid_token", {"WWW-Authenticate": 'Bearer error="invalid_token"'})
        if (wait := self._wait()) > 0:
            raise HTTPException(429, "too_many_requests", {"Retry-After": str(math.ceil(wait))})

    def expire_tokens(self) -> None:
        """Withdraw every token given out so far."""
        self._expiry.clear()

    def _wait(self) -> float:
        """Take one request from the bucket; return the seconds until there is one if it is empty."""
        now = time.monotonic()
        refill = (now - self._seen) * self.settings.requests_per_second
        self._allowance = min(self._allowance + refill, self.settings.burst)
        self._seen = now
        if self._allowance < 1:
            return (1 - self._allowance) / self.settings.requests_per_second
        self._allowance -= 1
        return 0.0


def _basic(request: Request) -> bytes:
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return b""
    try:
        return base64.b64decode(encoded, validate=True)
    except binascii.Error:
        return b""
