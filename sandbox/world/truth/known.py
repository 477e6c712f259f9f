"""What everybody takes part in at the end of a month, as masks over all persons."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from sandbox.world.benefits import BENEFITS, MONTHLY, PENSION_LIKE, UNEMPLOYMENT
from sandbox.world.country import Country
from sandbox.world.health_cover import NONE
from sandbox.world.tools import Array
from sandbox.world.truth.cells import count, leaves


class Known:
    """A month's end: who is there, who contributes, who is covered, who receives what."""

    def __init__(self, country: Country, month: int) -> None:
        people, work, window = country.people, country.work, country.window
        self.country, self.month, self.last_day = country, month, window.last_days[month]
        self.leaf = leaves(country, month)
        self.present = people.present(window, month)
        self.unit = work.employer[:, month]
        self.compulsory = self.present & (self.unit >= 0)
        self.voluntary = self.present & work.voluntary[:, month]
        self.insured = self.compulsory | self.voluntary
        self.unemployment_insured = self.present & work.unemployment[:, month]
        self.cover = np.where(self.present, country.cover[:, month], NONE)
        self.covered = self.cover != NONE
        self.labour_force = self.present & work.labour_force[:, month]
        self.working_age_force = self.labour_force & work.working_age[:, month]
        self.past_retirement = self.present & window.past_retirement(people.birth, people.male, month)

    @cached_property
    def benefits(self) -> Array:
        """Kind by person: who receives a monthly benefit on the last day."""
        benefits = self.country.benefits
        held = MONTHLY[benefits.kind] & (benefits.start <= self.last_day) & ~(benefits.end < self.last_day)
        result = np.zeros((len(BENEFITS), len(self.present)), dtype=bool)
        result[benefits.kind[held], benefits.person[held]] = True
        return result & self.present

    @cached_property
    def pension_like(self) -> Array:
        """Who receives a pension, a monthly benefit of social insurance or the social pension."""
        return np.asarray(self.benefits[PENSION_LIKE].any(axis=0))

    @cached_property
    def participant(self) -> Array:
        """Who takes part in any scheme, outside the armed forces."""
        receives = self.pension_like | self.benefits[UNEMPLOYMENT]
        return np.asarray((self.insured | self.covered | receives) & ~self.country.people.armed)

    def count(self, mask: Array) -> Array:
        """Return how many persons of a mask there are, by province, sex and age group."""
        return count(self.leaf[mask])
