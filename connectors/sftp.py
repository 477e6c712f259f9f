"""SFTP servers: only those whose key is known are talked to."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote

import fsspec
import paramiko

from connectors.settings import RegistrySettings

_KNOWN_HOSTS = "~/.ssh/known_hosts"


class KnownHosts(paramiko.MissingHostKeyPolicy):  # type: ignore[misc]  # paramiko has no types
    """Accepts the keys of a file in the format of OpenSSH, and no other."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def missing_host_key(self, client: paramiko.SSHClient, hostname: str, key: paramiko.PKey) -> None:
        """Accept a server, or refuse it.

        Raises:
            PermissionError: its key is not in the file.
        """
        known = paramiko.HostKeys(str(self._path) if self._path.exists() else None)
        if not known.check(hostname, key):
            raise PermissionError(
                f"{hostname} shows the key {key.fingerprint} ({key.get_name()}), which is not in {self._path}; "
                "ask the registry whether it is theirs, then add it"
            )


def connect(parts: SplitResult, settings: RegistrySettings, known_hosts: str | None) -> Any:
    """Return the file system of a server.

    Args:
        parts: the address, with user and password.
        settings: time-outs.
        known_hosts: file of known servers; None for the user's own.

    Raises:
        PermissionError: the server is not known, or refuses the user.
    """
    login = {"username": parts.username, "password": parts.password}
    try:
        system = fsspec.filesystem(
            "sftp",
            host=parts.hostname,
            port=parts.port or paramiko.config.SSH_PORT,
            **{name: unquote(value) for name, value in login.items() if value},
            timeout=settings.connect_timeout,
            banner_timeout=settings.connect_timeout,
            auth_timeout=settings.connect_timeout,
            host_key_policy=KnownHosts(Path(known_hosts or _KNOWN_HOSTS).expanduser()),
            skip_instance_cache=True,
        )
    except paramiko.AuthenticationException as error:
        # Not tried again: some servers lock an account after a few attempts.
        raise PermissionError(f"the server refuses the user: {error}") from error
    system.ftp.get_channel().settimeout(settings.timeout)
    return system
