"""Settings of the stand-in registries: environment variables `ANSINH_SANDBOX_*`."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from sandbox.serving.faults import Fault


class ServingSettings(BaseSettings):
    """How the HTTP registries behave; the defaults do not slow an ordinary run.

    `ANSINH_SANDBOX_FAULTS` is a JSON list, for example `[{"kind": "server_error", "path": "/v1/person", "times": 2}]`.
    """

    model_config = SettingsConfigDict(env_prefix="ANSINH_SANDBOX_", extra="ignore")

    client_id: str = Field(default="ansinh", description="OAuth2 client of both HTTP registries.")
    token_lifetime: int = Field(default=300, ge=1, description="Seconds for which an access token is good.")
    requests_per_second: float = Field(default=500, gt=0, description="Rate limit of one registry.")
    burst: int = Field(default=1000, ge=1, description="Requests at once before the rate limit holds.")
    page_size: int = Field(default=5000, ge=1, description="Page size that the registries' addresses ask for.")
    faults: list[Fault] = Field(default=[], description="Planned failures, to try how a client copes.")
