"""Periods of a release: a month `YYYY-MM`, a quarter `YYYY-Qn`, a year `YYYY`."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Literal

from psycopg import sql

from ansinh.errors import AnsinhError
from ansinh.months import next_month

Freq = Literal["M", "Q", "A"]

_FORMS: tuple[tuple[Freq, re.Pattern[str]], ...] = (
    ("M", re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")),
    ("Q", re.compile(r"[0-9]{4}-Q[1-4]")),
    ("A", re.compile(r"[0-9]{4}")),
)


@dataclass(frozen=True)
class Period:
    """A month, quarter or year.

    Attributes:
        text: as it is written.
        freq: `M`, `Q` or `A`.
        last_month: first day of its last month.
    """

    text: str
    freq: Freq
    last_month: dt.date

    @property
    def ends_year(self) -> bool:
        """Whether it ends with a year: December, a fourth quarter, a year."""
        return self.last_month.month == 12

    @property
    def after(self) -> dt.date:
        """The day after its end."""
        return next_month(self.last_month)

    def newest(self) -> dict[Freq, str]:
        """Return the newest period of each frequency that a release of this period holds.

        A month brings everything that has ended by then; a quarter brings quarterly figures, a year annual ones.
        """
        if self.freq != "M":
            return {self.freq: self.text}
        year, quarter = self.last_month.year, self.last_month.month // 3
        return {
            "M": self.text,
            "Q": f"{year}-Q{quarter}" if quarter else f"{year - 1}-Q4",
            "A": f"{year if self.ends_year else year - 1}",
        }

    def condition(self) -> sql.Composed:
        """Return the SQL condition on `freq` and `period` of the figures that a release of this period holds."""
        parts = (
            sql.SQL("(freq = {} and period <= {})").format(sql.Literal(freq), sql.Literal(newest))
            for freq, newest in self.newest().items()
        )
        return sql.SQL("({})").format(sql.SQL(" or ").join(parts))


def parse(text: str) -> Period:
    """Return the period that a text names.

    Raises:
        AnsinhError: the text is not a month, quarter or year.
    """
    freq = next((freq for freq, form in _FORMS if form.fullmatch(text)), None)
    if freq is None:
        raise AnsinhError(
            f"'{text}' is not a month, quarter or year.",
            "Write YYYY-MM, YYYY-Qn or YYYY, for example 2025-12, 2025-Q4 or 2025.",
        )
    month = 12 if freq == "A" else int(text[5:]) if freq == "M" else 3 * int(text[6])
    return Period(text, freq, dt.date(int(text[:4]), month, 1))
