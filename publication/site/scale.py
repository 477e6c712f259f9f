"""How the figures of an indicator are written: the unit, the power of ten, the digits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from publication.texts import Words

MONEY, PERCENT = "VND", "PT"


@dataclass(frozen=True)
class Scale:
    """A unit, the power of ten that values are divided by, and the digits after the point."""

    unit: str
    power: int = 0
    digits: int = 0

    @classmethod
    def of(cls, unit: str, values: Iterable[float | None]) -> Scale:
        """Return the scale that suits the largest of some values.

        Money is in millions or billions, persons and cases are whole, rates are in tenths: in hundredths where they are
        small or a tenth would round them up to the whole.
        """
        known = [abs(value) for value in values if value is not None]
        largest = max(known, default=0.0)
        if unit != MONEY:
            fine = unit == PERCENT and (largest < 10 or any(99.95 <= value < 100 for value in known))
            return cls(unit, 0, 0 if unit in ("PS", "CS") else 2 if fine else 1)
        power = next((power for power, least in ((9, 1e10), (6, 1e7)) if largest >= least), 0)
        return cls(unit, power, 1 if power else 0)

    def number(self, value: float | None, words: Words) -> str:
        """Return a value without its unit."""
        return words.number(self.scaled(value), self.digits)

    def full(self, value: float, words: Words) -> str:
        """Return a value with its unit."""
        number = self.number(value, words)
        return f"{number}%" if self.unit == PERCENT else f"{number} {self.name(words)}"

    def change(self, value: float, words: Words) -> str:
        """Return a difference with sign and unit; a difference of rates is in points."""
        number = words.signed(self.scaled(value), max(self.digits, 1) if self.unit == PERCENT else self.digits)
        return words("points", number=number) if self.unit == PERCENT else f"{number} {self.name(words)}"

    def scaled(self, value: float | None) -> float | None:
        """Return a value in the unit that is shown."""
        return None if value is None else value / 10**self.power

    def name(self, words: Words) -> str:
        """Return the unit in words."""
        key = f"unit_{self.unit}" + (f"_{self.power}" if self.power else "")
        return words(key) if key in words else self.unit
