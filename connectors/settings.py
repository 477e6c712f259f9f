"""Where a registry is and how to talk to it: one URI, from the environment or from an Airflow Connection.

    ANSINH_REGISTRY_TAX=https://client:secret@tax.example.vn?page_size=2000&timeout=60
    ANSINH_REGISTRY_VSS=postgresql+psycopg://reader:secret@db.example.vn:5432/ledger
    ANSINH_REGISTRY_HEALTH=sftp://user:secret@gateway.example.vn/outbox

User, password and our own options are taken out of the URI; other options stay with the driver.
"""

from __future__ import annotations

import dataclasses
import json
import os
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from ansinh.errors import AnsinhError

# Airflow calls connections to PostgreSQL `postgres`; SQLAlchemy wants the driver named.
_SCHEMES = {
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql-psycopg": "postgresql+psycopg",
    "fs": "file",
}


@dataclass(frozen=True)
class RegistrySettings:
    """Settings of one registry.

    Attributes:
        name: the registry.
        address: URI without user, password and our options; safe to show.
        page_size: rows asked for at once; 0 leaves it to the connector.
        timeout: seconds to wait for an answer.
        connect_timeout: seconds to wait for a connection.
        retries: attempts for one request before the pull fails.
        backoff: seconds before the first retry; doubled each time, with jitter, up to `max_wait`.
        overlap_days: days before the period that are pulled again, for rows that became visible late.
        workers: processes that parse files; 0 means one per core.
        connections: data sets that are pulled at once, and of each the queries or downloads.
    """

    name: str
    address: str
    username: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    page_size: int = 0
    timeout: float = 60.0
    connect_timeout: float = 10.0
    retries: int = 6
    backoff: float = 0.5
    max_wait: float = 60.0
    overlap_days: int | None = None
    workers: int = 0
    connections: int = 2

    @classmethod
    def from_uri(cls, name: str, uri: str) -> RegistrySettings:
        """Return the settings held by a URI.

        Raises:
            AnsinhError: the URI has no scheme, or an option is not a number.
        """
        parts = urlsplit(uri)
        if not parts.scheme:
            raise AnsinhError(f"The address of registry {name} has no scheme.", f"Check {variable(name)}.")
        options = dict(parse_qsl(parts.query, keep_blank_values=True))
        options.update(_as_text(json.loads(options.pop("__extra__", "{}"))))
        own: dict[str, float] = {}
        for option, kind in _OPTIONS.items():
            if option in options:
                own[option] = _number(name, option, options.pop(option), kind)
        scheme, path = _SCHEMES.get(parts.scheme.lower(), parts.scheme.lower()), parts.path
        if scheme == "http" and path == "/https":  # how Airflow writes an HTTPS connection
            scheme, path = "https", ""
        host = parts.netloc.rpartition("@")[2]
        query = f"?{urlencode(options)}" if options else ""
        return cls(
            name=name, address=f"{scheme}://{host}{path}{query}",
            username=unquote(parts.username or ""), password=unquote(parts.password or ""),
            **own,  # type: ignore[arg-type]
        )  # fmt: skip

    @classmethod
    def from_environment(cls, name: str) -> RegistrySettings:
        """Return the settings from `ANSINH_REGISTRY_<NAME>`.

        Raises:
            AnsinhError: the variable is missing.
        """
        uri = os.environ.get(variable(name))
        if not uri:
            raise AnsinhError(
                f"The address of registry {name} is not known.",
                f"Set {variable(name)}, or add the Airflow Connection registry_{name}.",
            )
        return cls.from_uri(name, uri)

    @property
    def uri(self) -> str:
        """The address with user and password, for drivers."""
        if not self.username:
            return self.address
        login = quote(self.username, safe="") + (f":{quote(self.password, safe='')}" if self.password else "")
        return self.address.replace("://", f"://{login}@", 1)


def variable(name: str) -> str:
    """Return the environment variable of a registry's address."""
    return f"ANSINH_REGISTRY_{name.upper()}"


def _as_text(extra: dict[str, object]) -> dict[str, str]:
    return {key: value if isinstance(value, str) else json.dumps(value) for key, value in extra.items()}


def _number(name: str, option: str, text: str, kind: type[int] | type[float]) -> float:
    try:
        return kind(text)
    except ValueError:
        raise AnsinhError(
            f"Registry {name}: option {option}={text} is not a number.", f"Check {variable(name)}."
        ) from None


_OPTIONS: dict[str, type[int] | type[float]] = {
    option.name: float if option.type == "float" else int
    for option in dataclasses.fields(RegistrySettings)
    if option.type in ("int", "float", "int | None")
}
