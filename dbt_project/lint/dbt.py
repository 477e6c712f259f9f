"""Stand-ins for dbt's cross-database macros, so that sqlfluff reads the models without dbt."""

from collections.abc import Callable

_TYPES = {"type_string": "text", "type_bigint": "bigint", "type_timestamp": "timestamp", "type_numeric": "numeric"}


def __getattr__(name: str) -> Callable[..., str]:
    """Return a macro that writes a type, or a call of a function of its own name."""
    return lambda *arguments: _TYPES.get(name) or f"{name}({', '.join(map(str, _flat(arguments)))})"


def _flat(arguments: tuple[object, ...]) -> list[object]:
    return [part for argument in arguments for part in (argument if isinstance(argument, list) else [argument])]
