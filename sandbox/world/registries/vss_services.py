"""VSS services: the catalogue, work records, surveys and staff."""

from __future__ import annotations

import numpy as np
import polars as pl

from sandbox.world.country import Country
from sandbox.world.output import Tables
from sandbox.world.tools import NEVER, Array, days, digits, office_time, read_csv, texts, weighted


def write_services(country: Country, tables: Tables) -> None:
    """Write the four data sets."""
    _catalogue(country, tables)
    for month in range(country.window.size):
        _staffing(country, tables, month)
        _work_records(country, tables, month)
        _surveys(country, tables, month)


def _staffing(country: Country, tables: Tables, month: int) -> None:
    """A central office, an office in each province, and local offices; staff by the size of the country, made up."""
    window, geography = country.window, country.geography
    merged = window.merged(month)
    codes = geography.province34 if merged else geography.province63
    place = geography.to34 if merged else np.arange(len(codes))
    share = np.bincount(place, geography.weight, minlength=len(codes)) / geography.weight.sum()
    staff = share * country.people.residents / 5000
    local = np.maximum(np.round(share * country.people.residents / 300_000), 1).astype(np.int64)
    levels = {
        "central": (np.eye(len(codes), dtype=np.int64)[0], np.full(len(codes), 0.05 * staff.sum())),
        "province": (np.ones(len(codes), dtype=np.int64), 0.3 * staff),
        "local": (local, 0.65 * staff),
    }
    recorded = window.last_days[month].astype("datetime64[us]") + np.timedelta64(16, "h")
    for level, (units, people) in levels.items():
        frame = pl.DataFrame(
            {
                "province_code": codes,
                "staff": np.maximum(np.round(people), 1).astype(np.int64) * (units > 0),
                "units": units,
            }
        )
        tables.write(
            "vss",
            "staffing",
            frame.filter(pl.col("units") > 0).with_columns(
                pl.lit(window.first_days[month].item()).alias("month"),
                pl.lit("34" if merged else "63").alias("area_list"),
                pl.lit(level).alias("level"),
                pl.lit(recorded.item()).alias("updated_at"),
            ),
        )


def _catalogue(country: Country, tables: Tables) -> None:
    random, table = country.random("vss.catalogue"), read_csv("online_services.csv", code=pl.String)
    size = table.height
    mobile = table["mobile_from"].str.to_date("%Y-%m-%d").to_numpy()
    begin = np.full(size, np.datetime64("2021-01-01"))

    def states(rows: Array, online: bool, begin: Array, end: Array, day: Array) -> pl.DataFrame:
        eligible = table["eligible"].gather(rows)
        level = np.full(len(rows), 2) if online else eligible.to_numpy().astype(np.int64)
        return pl.DataFrame(
            {
                "service_code": table["code"].gather(rows),
                "name": table["name"].gather(rows),
                "level": texts(["information", "partial", "full"], level),
                "eligible": eligible,
                "on_web": eligible,
                "on_mobile": pl.repeat(online, len(rows), eager=True),
                "valid_from": begin,
                "valid_to": end,
                "updated_at": office_time(random, day),
            }
        )

    # A service that goes online ends its earlier state and begins a new one.
    rows = np.flatnonzero(mobile == mobile)
    change, never = mobile[rows], np.full(size, NEVER)
    tables.write(
        "vss",
        "service_catalogue",
        pl.concat(
            [
                states(np.arange(size), False, begin, never, begin),
                states(rows, False, begin[rows], change - 1, change),
                states(rows, True, change, never[rows], change),
            ]
        ),
    )


def _work_records(country: Country, tables: Tables, month: int) -> None:
    random, window = country.random(f"vss.work.{month}"), country.window
    size = max(country.people.residents // 300, 40)
    received = days(window.first_days[month], random.integers(0, 28, size))
    done = days(received, np.minimum(random.geometric(0.2, size), 60))
    level = weighted(random, np.array([0.05, 0.4, 0.55]), size)
    online = random.random(size) < 0.88 + 0.006 * month
    secret = random.random(size) < 0.01
    names = ["Bảo hiểm xã hội Việt Nam", "Bảo hiểm xã hội tỉnh", "Bảo hiểm xã hội cơ sở"]
    frame = pl.DataFrame(
        {
            "record_id": f"HS{window.months[month].replace('-', '')}" + digits(np.arange(size) + 1, 8),
            "unit_name": texts(names, level),
            "level": texts(["central", "province", "local"], level),
            "received_date": received,
            "completed_date": np.full(size, np.datetime64("NaT", "D")),
            "processed_online": online & ~secret,
            "state_secret": secret,
            "updated_at": office_time(random, received),
        }
    )
    tables.write(
        "vss",
        "work_record",
        pl.concat(
            [
                frame,
                frame.with_columns(
                    pl.Series("completed_date", done), pl.Series("updated_at", office_time(random, done + 1))
                ),
            ]
        ),
    )


def _surveys(country: Country, tables: Tables, month: int) -> None:
    random, window = country.random(f"vss.survey.{month}"), country.window
    size = max(country.people.residents // 400, 60)
    day = days(window.first_days[month], random.integers(0, 27, size))
    business = random.random(size) < 0.25
    admin = random.random(size) < 0.7
    codes = read_csv("online_services.csv", code=pl.String)["code"].to_list()
    score = np.clip(np.round(random.normal(91, 8, size)), 0, 100).astype(np.int64)
    valid = random.random(size) < 0.97
    province = weighted(random, country.geography.weight, size)
    frame = pl.DataFrame(
        {
            "response_id": f"KS{window.months[month].replace('-', '')}" + digits(np.arange(size) + 1, 8),
            "survey_code": texts(["SAT_ADMIN", "SAT_INDEX"], (~admin).astype(np.int64)),
            "response_date": day,
            "respondent_type": texts(["person", "business"], business.astype(np.int64)),
            "sex": pl.Series(random.integers(0, 2, size)),
            "procedure_code": texts(codes, np.where(admin, random.integers(0, len(codes), size), -1)),
            "channel": texts(["portal", "paper", "phone"], weighted(random, np.array([0.7, 0.1, 0.2]), size)),
            "score": score,
            "valid": valid,
            **country.areas(province, day),
            "updated_at": office_time(random, day),
        }
    )
    tables.write(
        "vss",
        "survey",
        frame.with_columns(
            pl.when(pl.col("respondent_type") == "person").then("sex").alias("sex"),
            pl.when("valid").then("score").alias("score"),
        ),
    )
