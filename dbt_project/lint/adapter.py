"""Stand-in for dbt's adapter, so that sqlfluff reads the models without dbt."""

from collections.abc import Callable


def dispatch(name: str) -> Callable[..., str]:
    """Return a macro that writes a call of a function of its own name, with its first argument."""
    return lambda *arguments: f"{name}({arguments[0] if arguments else ''})"
