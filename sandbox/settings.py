"""Settings of the sandbox: the rate of each kind of error that the registries make."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from ansinh.errors import AnsinhError

ERRORS_FILE = Path(__file__).resolve().parent / "errors.toml"


@dataclass(frozen=True)
class ErrorRates:
    """Share of records with an error, by registry and kind; `errors.toml` documents the kinds."""

    rates: dict[str, dict[str, float]]

    def get(self, registry: str, kind: str) -> float:
        """Return the rate of one kind of error of a registry, 0 to 1; 0 where the registry does not make it."""
        return self.rates.get(registry, {}).get(kind, 0.0)


def load_error_rates(path: Path = ERRORS_FILE) -> ErrorRates:
    """Read the error rates from a TOML file: one table for each registry.

    Raises:
        AnsinhError: a rate is not a number from 0 to 1.
    """
    rates = tomllib.loads(path.read_text(encoding="utf-8"))
    for registry, kinds in rates.items():
        for kind, rate in kinds.items():
            if not isinstance(rate, (int, float)) or not 0 <= rate <= 1:
                raise AnsinhError(
                    f"The error rate {registry}.{kind} in {path.name} is {rate!r}.", "Give a number from 0 to 1."
                )
    return ErrorRates(rates)


def write_error_rates(path: Path, factor: float) -> Path:
    """Write the error rates, each multiplied by a factor and at most 1, to a new TOML file; return its path."""
    lines = []
    for registry, kinds in load_error_rates().rates.items():
        lines += ["", f"[{registry}]", *(f"{kind} = {min(1.0, rate * factor):.6g}" for kind, rate in kinds.items())]
    path.write_text("\n".join(lines[1:]) + "\n", encoding="utf-8")
    return path
