"""Settings: environment variables `ANSINH_*` or a `.env` file, with safe defaults for the embedded start.

Passwords of the embedded start are made on first use and kept in `<home>/secrets.json`, readable by its owner only.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from dotenv import load_dotenv
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from ansinh.errors import AnsinhError

PROJECT_ROOT = Path(__file__).resolve().parents[2]
_Kind = TypeVar("_Kind", bound=BaseSettings)

# Into the environment, not only into the fields below: registries, secrets and child processes read it there.
load_dotenv(PROJECT_ROOT / ".env")


class Settings(BaseSettings):
    """Everything that differs between two installations; every field is an environment variable `ANSINH_<FIELD>`.

    The registries' addresses have settings of their own (see `connectors.settings`).
    """

    model_config = SettingsConfigDict(env_prefix="ANSINH_")

    home: Path = Field(PROJECT_ROOT / ".ansinh", description="State: database, landing, releases, logs.")
    database_url: str | None = Field(None, description="PostgreSQL 14 or later instead of the embedded server.")
    landing: str | None = Field(None, description="Landing folder; default <home>/landing.")
    people: int = Field(30_000, ge=2_000, le=5_000_000, description="Size of the sandbox country, persons.")
    seed: int = Field(2025, description="Seed of the sandbox country.")
    period_from: str = Field("2024-12", description="First month of the default run.")
    period_to: str = Field("2025-12", description="Last month of the default run.")
    disclosure_threshold: int = Field(5, ge=1, description="Cells that count fewer persons are suppressed.")
    disclosure_dominance: int = Field(
        85, ge=1, le=100, description="Per cent of an amount above which its two largest units may not stand."
    )
    disclosure_precision: int = Field(
        10, ge=0, le=100, description="Per cent to which nobody may estimate the largest unit of an amount."
    )
    parallelism: int = Field(4, ge=1, description="Airflow tasks at once.")
    durable: bool = Field(True, description="Whether the embedded server survives a power cut; off only for tests.")

    @property
    def landing_dir(self) -> Path:
        """Folder of the immutable landing files."""
        return Path(self.landing) if self.landing else self.home / "landing"

    @property
    def releases_dir(self) -> Path:
        """Folder of the published releases, one folder each."""
        return self.home / "releases"

    @property
    def prepared_dir(self) -> Path:
        """Folder of the releases that wait for approval or for their time; nobody serves it."""
        return self.home / "prepared"

    @property
    def sandbox_dir(self) -> Path:
        """Folder of the sandbox country and its ground truth."""
        return self.home / "sandbox"

    @property
    def logs_dir(self) -> Path:
        """Folder of the logs."""
        return self.home / "logs"


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """Return the settings of this process; call `get_settings.cache_clear()` after changing the environment.

    Raises:
        AnsinhError: a setting has a value that does not fit.
    """
    settings = read(Settings)
    settings.home = settings.home.expanduser().resolve()
    settings.home.mkdir(parents=True, exist_ok=True)
    return settings


def read(kind: type[_Kind]) -> _Kind:
    """Return settings from the environment.

    Raises:
        AnsinhError: a setting has a value that does not fit; the message names its variable.
    """
    try:
        return kind()
    except ValidationError as error:
        first = error.errors()[0]
        name = f"{kind.model_config['env_prefix']}{first['loc'][0]}".upper()
        raise AnsinhError(
            f"{name} is wrong: {first['msg']}.", f"Correct {name} in the environment or in .env."
        ) from error


def secret(name: str) -> str:
    """Return a password of this installation, made at random on first use.

    `ANSINH_SECRET_<NAME>` wins over the file, so that a deployment can bring its own.
    """
    from_environment = os.environ.get(f"ANSINH_SECRET_{name.upper()}")
    if from_environment:
        return from_environment
    path = get_settings().home / "secrets.json"
    if name not in (known := _read_secrets(path)):
        with path.with_suffix(".lock").open("w") as handle:
            # Two processes that ask at once must get the same password.
            fcntl.flock(handle, fcntl.LOCK_EX)
            if name not in (known := _read_secrets(path)):
                known[name] = secrets.token_urlsafe(24)
                scratch = path.with_suffix(".new")
                scratch.unlink(missing_ok=True)
                scratch.touch(mode=0o600)
                scratch.write_text(json.dumps(known, indent=2))
                scratch.replace(path)
    return known[name]


def _read_secrets(path: Path) -> dict[str, str]:
    known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    return known
