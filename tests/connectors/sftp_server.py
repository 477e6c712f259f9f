"""An SFTP server on this machine: SSH and its file transfer for real, over one folder that it only reads."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import paramiko

USER, PASSWORD = "gateway", "p/q@:%é"


@dataclass
class Server:
    """A server that listens.

    Attributes:
        root: the folder that is `/` to its users.
        key: the key that it shows.
        port: where it listens, on 127.0.0.1.
        logins: how often somebody tried to sign in.
        cut: connections that are cut at the first file that is opened, one after another.
    """

    root: Path
    key: paramiko.PKey
    port: int
    logins: int = 0
    cut: int = 0
    transports: list[paramiko.Transport] = field(default_factory=list)

    def known_hosts(self, path: Path) -> Path:
        """Write the server's key as a client's file of known hosts."""
        path.write_text(f"[127.0.0.1]:{self.port} {self.key.get_name()} {self.key.get_base64()}\n")
        return path


@contextmanager
def serve(root: Path) -> Iterator[Server]:
    """Serve a folder until the end of the block."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Server(root, paramiko.ECDSAKey.generate(), listener.getsockname()[1])
        threading.Thread(target=_accept, args=(listener, server), daemon=True).start()
        try:
            yield server
        finally:
            for transport in server.transports:
                transport.close()


def _accept(listener: socket.socket, server: Server) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:  # closed
            return
        transport = paramiko.Transport(connection)
        server.transports.append(transport)
        transport.add_server_key(server.key)
        transport.set_subsystem_handler("sftp", paramiko.SFTPServer, _Files)
        transport.start_server(event=threading.Event(), server=_Login(server, transport))


class _Login(paramiko.ServerInterface):  # type: ignore[misc]
    def __init__(self, server: Server, transport: paramiko.Transport) -> None:
        self.server, self.transport = server, transport

    def get_allowed_auths(self, username: str) -> str:
        return "password"

    def check_auth_password(self, username: str, password: str) -> int:
        self.server.logins += 1
        is_right = (username, password) == (USER, PASSWORD)
        return int(paramiko.AUTH_SUCCESSFUL if is_right else paramiko.AUTH_FAILED)

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return int(paramiko.OPEN_SUCCEEDED)


class _Files(paramiko.SFTPServerInterface):  # type: ignore[misc]
    def __init__(self, login: _Login) -> None:
        self._server, self._transport = login.server, login.transport

    def _place(self, path: str) -> Path:
        name: str = self.canonicalize(path)
        return self._server.root / name.lstrip("/")

    def list_folder(self, path: str) -> Any:
        try:
            found = sorted(self._place(path).iterdir())
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno)
        return [paramiko.SFTPAttributes.from_stat(item.stat(), item.name) for item in found]

    def stat(self, path: str) -> Any:
        try:
            return paramiko.SFTPAttributes.from_stat(self._place(path).stat())
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno)

    lstat = stat

    def open(self, path: str, flags: int, attr: Any) -> Any:
        if self._server.cut > 0:
            self._server.cut -= 1
            self._transport.close()
            return paramiko.SFTP_CONNECTION_LOST
        handle = paramiko.SFTPHandle(flags)
        try:
            handle.readfile = self._place(path).open("rb")
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno)
        return handle
