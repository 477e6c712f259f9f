"""The release calendar: which vintage of a period is due when (see `PublicationSettings` for the rules' numbers)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from publication.periods import Period, parse
from publication.settings import get_settings

ESTIMATE, PRELIMINARY, OFFICIAL = VINTAGES = ("estimate", "preliminary", "official")
VIETNAM = dt.timezone(dt.timedelta(hours=7))


@dataclass(frozen=True)
class Due:
    """A vintage of a period and its day."""

    day: dt.date
    period: str
    vintage: str

    @property
    def moment(self) -> dt.datetime | None:
        """The end of the embargo, where the settings name a time of day."""
        time = get_settings().embargo
        return dt.datetime.combine(self.day, time, VIETNAM) if time else None


def dates(period: Period) -> list[Due]:
    """Return the vintages of a period in the order of their days.

    Monthly and quarterly figures are preliminary and due on the fixed day of the next month. Figures of the end of a
    year appear as estimates first, a year in January, December and the fourth quarter on the fixed day; their
    preliminary vintage follows on the fixed day of February. Only years have a day for official figures.
    """
    settings = get_settings()
    first = period.after.replace(day=settings.day)
    if not period.ends_year:
        return [Due(first, period.text, PRELIMINARY)]
    second = Due(first.replace(month=2), period.text, PRELIMINARY)
    if period.freq != "A":
        return [Due(first, period.text, ESTIMATE), second]
    official = dt.date.fromisoformat(f"{period.last_month.year + settings.official_years}-{settings.official}")
    estimate = dt.date.fromisoformat(f"{first.year}-{settings.year_end_estimate}")
    return [Due(estimate, period.text, ESTIMATE), second, Due(official, period.text, OFFICIAL)]


def vintage(period: Period, today: dt.date) -> str:
    """Return the vintage that a release of a period has today: the last one due, an estimate before the first."""
    return next((due.vintage for due in reversed(dates(period)) if due.day <= today), ESTIMATE)


def embargo(period: Period, vintage: str) -> dt.datetime | None:
    """Return the moment before which a vintage must not appear; None where the calendar or the settings name none."""
    return next((due.moment for due in dates(period) if due.vintage == vintage), None)


def of_year(year: int) -> list[Due]:
    """Return all that is due in a year, by day."""
    periods = [
        text
        for past in range(year - get_settings().official_years, year + 1)
        for text in (
            *(f"{past}-{month:02}" for month in range(1, 13)),
            *(f"{past}-Q{n}" for n in range(1, 5)),
            str(past),
        )
    ]
    found = (due for text in periods for due in dates(parse(text)))
    return sorted((due for due in found if due.day.year == year), key=lambda due: (due.day, due.period))


def today() -> dt.date:
    """Return the day in Viet Nam."""
    return dt.datetime.now(VIETNAM).date()
