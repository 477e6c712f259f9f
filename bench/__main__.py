"""`./ansinh bench NAME`: each benchmark is a module with `main(arguments) -> exit status`."""

from __future__ import annotations

import sys
from importlib import import_module


def main(arguments: list[str]) -> int:
    """Run the benchmark that the first argument names, `ingest` or `run`, with the other arguments."""
    status: int = import_module(f"bench.{arguments[0]}").main(arguments[1:])
    return status


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
