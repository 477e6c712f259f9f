"""Folders of files that a registry fills: local, SFTP, S3, anything else that fsspec knows.

    file:///srv/outbox
    sftp://user:secret@gateway.example.vn:22/outbox?known_hosts=/etc/ssh/ssh_known_hosts
    s3://key:secret@bucket/outbox?endpoint_url=https://store.example.vn

An SFTP server must be among the known hosts. Without user and password, SFTP takes the keys of the user or agent, and
S3 what boto finds (environment, profile, role of the machine).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

import fsspec

from ansinh.errors import AnsinhError
from connectors.retry import retrying
from connectors.settings import RegistrySettings, variable

_T = TypeVar("_T")

# What another attempt will not mend: the wrong place, no right to it, a wrong address.
_FINAL = (FileNotFoundError, NotADirectoryError, IsADirectoryError, PermissionError, ValueError, ImportError)


@dataclass(frozen=True)
class Entry:
    """A file or folder: its name, whether it is a folder, its size in bytes, and what changes when it is replaced."""

    name: str
    is_folder: bool
    size: int
    mark: str


@dataclass(frozen=True)
class Folder:
    """A registry's folder; each process has a connection of its own.

    Its methods raise AnsinhError when the folder or a file cannot be read in as many attempts as the settings allow.
    """

    settings: RegistrySettings

    def entries(self, path: str = "") -> list[Entry]:
        """Return what lies in the folder, or in one below it, by name."""
        found = self._call(path, lambda system, place: system.ls(place, detail=True))
        return sorted(map(_entry, found), key=lambda entry: entry.name)

    def read(self, path: str) -> bytes:
        """Return the content of a file."""
        return self._call(path, lambda system, place: bytes(system.cat_file(place)))

    def _call(self, path: str, work: Callable[[Any, str], _T]) -> _T:
        def attempt() -> _T:
            try:
                system, root = _connect(self.settings)
                return work(system, f"{root.rstrip('/')}/{path}")
            except _FINAL:
                raise
            except Exception:
                # A connection that broke is not used again.
                _connect.cache_clear()
                raise

        try:
            return retrying(self.settings, lambda error: not isinstance(error, _FINAL))(attempt)
        except Exception as error:  # each file system has errors of its own
            place = f"{path} in the folder" if path else "The folder"
            reason = str(error).rstrip(".")
            raise AnsinhError(
                f"{place} {self.settings.address} of registry {self.settings.name} cannot be read: {reason}.",
                f"Check {variable(self.settings.name)}.",
            ) from error


def _entry(item: dict[str, Any]) -> Entry:
    mark = item.get("ETag") or item.get("mtime") or item.get("LastModified") or item.get("modified")
    name = item["name"].rstrip("/").rpartition("/")[2]
    return Entry(name, item["type"] == "directory", int(item["size"] or 0), str(mark))


@cache
def _connect(settings: RegistrySettings) -> tuple[Any, str]:
    """Return the file system and the path of the folder in it."""
    parts = urlsplit(settings.uri)
    options = dict(parse_qsl(parts.query))
    match parts.scheme:
        case "sftp" | "ssh":
            from connectors.sftp import connect

            return connect(parts, settings, options.get("known_hosts")), parts.path
        case "s3" | "s3a":
            return _store(parts, settings, options), parts.netloc.rpartition("@")[2] + parts.path
        case _:
            system, root = fsspec.core.url_to_fs(settings.uri, skip_instance_cache=True)
            return system, root


def _store(parts: SplitResult, settings: RegistrySettings, options: dict[str, str]) -> Any:
    return fsspec.filesystem(
        "s3",
        key=unquote(parts.username) if parts.username else None,
        secret=unquote(parts.password) if parts.password else None,
        endpoint_url=options.get("endpoint_url"),
        # The settings decide how often is tried.
        config_kwargs={
            "connect_timeout": settings.connect_timeout,
            "read_timeout": settings.timeout,
            "retries": {"max_attempts": 0},
        },
        use_listings_cache=False,
        skip_instance_cache=True,
    )
