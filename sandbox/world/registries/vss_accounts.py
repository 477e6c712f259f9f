"""The VSS register of e-accounts and of the VssID application."""

from __future__ import annotations

import numpy as np
import polars as pl

from sandbox.world.country import Country
from sandbox.world.output import Tables
from sandbox.world.registries.vss_members import Members
from sandbox.world.tools import NEVER, days, digits, office_time, texts


def write_accounts(country: Country, tables: Tables, members: Members) -> None:
    """Write accounts, later installations of the application, and what is closed after a death."""
    random, window, member = country.random("vss.accounts"), country.window, np.flatnonzero(members.known)
    age = window.age_months(country.people.birth[member], 0) / 12
    chance = np.interp(age, [14, 18, 30, 45, 60, 75], [0, 0.75, 0.85, 0.7, 0.4, 0.12])
    holder = member[random.random(len(member)) < chance]
    before = random.random(len(holder)) < 0.8
    shift = np.where(before, -random.integers(1, 1400, len(holder)), random.integers(0, window.days, len(holder)))
    day = np.maximum(days(window.start, shift), members.since[holder] + 1)
    state = pl.DataFrame(
        {
            "person": holder,
            "account_id": "TK" + digits(holder + 1, 10),
            "si_number": digits(country.si_number[holder], 10),
            "registered_date": day,
            "vssid_installed": random.random(len(holder)) < 0.72,
            "status": texts(["active", "locked"], (random.random(len(holder)) < 0.02).astype(np.int64)),
            "updated_at": office_time(random, day),
        }
    )
    died = np.flatnonzero(country.death_registered[holder] > day)
    closed_on = country.death_registered[holder[died]] + 20
    closed = state[died].with_columns(
        pl.lit("closed").alias("status"), pl.Series("updated_at", office_time(random, closed_on))
    )
    later = np.flatnonzero(~state["vssid_installed"].to_numpy() & (random.random(len(holder)) < 0.4))
    later = np.setdiff1d(later, died)
    installed_on = np.maximum(days(window.start, random.integers(1, window.days, len(later))), day[later] + 10)
    installed = state[later].with_columns(
        pl.lit(True).alias("vssid_installed"), pl.Series("updated_at", office_time(random, installed_on))
    )
    usable = np.where(state["vssid_installed"].to_numpy(), day, NEVER)
    usable[later] = installed_on
    active = (state["status"] == "active").to_numpy()
    country.facts.note(
        "account", pl.DataFrame({"person": holder, "opened": day, "installed": usable, "active": active})
    )
    tables.write("vss", "e_account", pl.concat([state, closed, installed]), person="person")
