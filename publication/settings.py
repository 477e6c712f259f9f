"""Settings of the publication: environment variables `ANSINH_RELEASE_*`; the defaults follow Decree 62/2024."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from ansinh.errors import AnsinhError
from ansinh.settings import read


class PublicationSettings(BaseSettings):
    """When figures are published, and who says so."""

    model_config = SettingsConfigDict(env_prefix="ANSINH_RELEASE_")

    approval: Literal["automatic", "manual"] = Field(
        "automatic", description="Whether a release is published at once or waits for approval."
    )
    embargo: dt.time | None = Field(
        None, description="Time of day in Viet Nam before which nothing appears on its day, for example 09:00."
    )
    day: int = Field(6, ge=1, le=28, description="Day of the next month for monthly and quarterly figures.")
    year_end_estimate: str = Field(
        "01-15", pattern=r"^01-([0-2]\d|3[01])$", description="Day MM-DD in January of a year's first estimate."
    )
    official: str = Field("10-03", pattern=r"^(0\d|1[0-2])-([0-2]\d|3[01])$", description="Day of official figures.")
    official_years: int = Field(2, ge=1, le=5, description="Years after the year of official annual figures.")


@lru_cache(maxsize=1)
def get_settings() -> PublicationSettings:
    """Return the settings of this process; `get_settings.cache_clear()` after changing the environment.

    Raises:
        AnsinhError: a setting has a value that does not fit.
    """
    settings = read(PublicationSettings)
    try:
        for day in (settings.year_end_estimate, settings.official):
            dt.date.fromisoformat(f"2024-{day}")
    except ValueError as error:
        raise AnsinhError(f"A day of the release calendar is wrong: {error}.", "Write days as MM-DD.") from error
    return settings
