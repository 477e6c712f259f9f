"""VSS services: the catalogue, work records and surveys."""

from __future__ import annotations

import numpy as np
import polars as pl

from sandbox.world.country import Country
from sandbox.world.output import Tables
from sandbox.world.tools import Array, days, digits, office_time, read_csv, texts, weighted


def write_services(country: Country, tables: Tables) -> None:
    """Write the three data sets."""
    _catalogue(country, tables)
    for month in range(country.window.size):
        _work_records(country, tables, month)
        _surveys(country, tables, month)


def _catalogue(country: Country, tables: Tables) -> None:
    random, table = country.random("vss.catalogue"), read_csv("online_services.csv", code=pl.String)
    size = table.height
    mobile = table["mobile_from"].str.to_date("%Y-%m-%d").to_numpy()
    begin = np.full(size, np.datetime64("2021-01-01"))

    def states(rows: Array, day: Array, level: list[str], mobile: Array) -> pl.DataFrame:
        eligible = table["eligible"].gather(rows)
        return pl.DataFrame(
            {
                "service_code": table["code"].gather(rows),
                "name": table["name"].gather(rows),
                "level": level,
                "eligible": eligible,
                "on_web": eligible,
                "on_mobile": mobile,
                "valid_from": begin[rows],
                "valid_to": np.full(len(rows), np.datetime64("NaT", "D")),
                "updated_at": office_time(random, day),
            }
        )

    rows = np.flatnonzero(mobile == mobile)
    first = ["partial" if eligible else "information" for eligible in table["eligible"]]
    tables.write(
        "vss",
        "service_catalogue",
        pl.concat(
            [
                states(np.arange(size), begin, first, np.zeros(size, dtype=bool)),
                states(rows, mobile[rows], ["full"] * len(rows), np.ones(len(rows), dtype=bool)),
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
