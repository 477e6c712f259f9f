"""The HTTP registries as one server process: a port each, both answered by the same event loop."""

from __future__ import annotations

import argparse
import logging
import os
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psutil
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.serving.faults import Faults
from sandbox.serving.registries import HTTP_REGISTRIES, client_secret, create_app
from sandbox.serving.settings import ServingSettings


@contextmanager
def serving(
    directory: Path, settings: ServingSettings | None = None, faults: Mapping[str, Faults] | None = None
) -> Iterator[dict[str, str]]:
    """Serve a rendered country from a thread of this process; yields the registries' addresses by name.

    Args:
        faults: planned failures by registry.
    """
    server, sockets = _server(directory, settings, faults or {})
    thread = threading.Thread(target=server.run, args=[list(sockets.values())])
    thread.start()
    try:
        yield addresses(_ports(sockets), settings)
    finally:
        server.should_exit = True
        thread.join()


def addresses(ports: Mapping[str, int], settings: ServingSettings | None = None) -> dict[str, str]:
    """Return the addresses of the HTTP registries, with credentials and page size."""
    settings = settings or ServingSettings()
    return {
        name: f"http://{settings.client_id}:{client_secret(name)}@127.0.0.1:{port}?page_size={settings.page_size}"
        for name, port in ports.items()
    }


def main() -> None:
    """Serve until a signal ends the process; the pid file names the process and its ports."""
    parser = argparse.ArgumentParser(description="Serve the HTTP registries of a rendered country.")
    parser.add_argument("directory", type=Path)
    parser.add_argument("pid_file", type=Path)
    parser.add_argument("mark", help="what is served, kept in the pid file")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    server, sockets = _server(arguments.directory, None, {})
    ports = _ports(sockets)
    lines = [os.getpid(), psutil.Process().create_time(), arguments.mark, *(ports[name] for name in HTTP_REGISTRIES)]
    scratch = arguments.pid_file.with_suffix(".new")
    scratch.write_text("".join(f"{line}\n" for line in lines))
    scratch.replace(arguments.pid_file)
    server.run(list(sockets.values()))


def _server(
    directory: Path, settings: ServingSettings | None, faults: Mapping[str, Faults]
) -> tuple[uvicorn.Server, dict[str, socket.socket]]:
    sockets = {registry: _listen() for registry in HTTP_REGISTRIES}
    apps: dict[int, ASGIApp] = {
        port: create_app(registry, directory / "serving" / registry, settings, faults.get(registry))
        for registry, port in _ports(sockets).items()
    }

    async def by_port(scope: Scope, receive: Receive, send: Send) -> None:
        await apps[scope["server"][1]](scope, receive, send)

    config = uvicorn.Config(
        by_port, lifespan="off", log_config=None, access_log=False, timeout_keep_alive=75, timeout_graceful_shutdown=2
    )
    return uvicorn.Server(config), sockets


def _listen() -> socket.socket:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(128)
    return listener


def _ports(sockets: Mapping[str, socket.socket]) -> dict[str, int]:
    return {registry: listener.getsockname()[1] for registry, listener in sockets.items()}


if __name__ == "__main__":
    main()
