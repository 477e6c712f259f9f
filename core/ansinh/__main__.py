"""`python -m ansinh`: what the launcher calls. Turns every error into one sentence with the next step."""

from __future__ import annotations

import logging
import sys
from typing import NoReturn

from ansinh.cli import app
from ansinh.errors import AnsinhError


def main() -> None:
    """Run the command line; every error becomes one sentence with the next step and exit status 1."""
    arguments = sys.argv[1:]
    debug = "--debug" in arguments and arguments[0] != "test"
    if debug:
        arguments = [argument for argument in arguments if argument != "--debug"]
    _prepare_logging(debug, quiet=arguments[:1] == ["run"])
    try:
        app(args=arguments, prog_name="./ansinh")
    except AnsinhError as error:
        _fail(error.message, error.next_step, debug=debug)
    except Exception as error:
        text = " ".join(str(error).split()) or "no further detail"
        _fail(f"{type(error).__name__}: {text[:300]}", "Run again with --debug for the traceback.", debug=debug)
    finally:
        _leave(arguments)


def _prepare_logging(debug: bool, *, quiet: bool) -> None:
    handler = logging.StreamHandler()
    # The main job tells its own progress.
    handler.setLevel(logging.WARNING if quiet and not debug else logging.NOTSET)
    level = logging.DEBUG if debug else logging.WARNING
    logging.basicConfig(level=level, format="%(asctime)s %(message)s", datefmt="%H:%M:%S", handlers=[handler])
    for room in ("ansinh", "connectors", "expectations", "linkage", "publication", "sandbox", "bench"):
        logging.getLogger(room).setLevel(level if debug else logging.INFO)


def _fail(message: str, next_step: str, *, debug: bool) -> NoReturn:
    from ansinh.output import complain

    if debug:
        raise
    complain(message, next_step)
    raise SystemExit(1)


def _leave(arguments: list[str]) -> None:
    """Stop a server that this command started for itself, so that a question leaves no process behind."""
    server = sys.modules.get("ansinh.server")
    if server is not None and arguments[:1] not in (["up"], ["run"]) and server.started_here():
        from ansinh import system

        system.stop_server_if_unused()


if __name__ == "__main__":
    main()
