"""Rows of good deliveries, to be spoilt by the tests."""

from __future__ import annotations

import datetime as dt

import polars as pl

from ansinh.months import next_month, parse_month
from connectors.contract import load_contract


def employers(period: str, rows: int = 300) -> pl.DataFrame:
    """Return a good delivery of `vss.employer`."""
    start = parse_month(period)
    days = (next_month(start) - start).days
    return pl.DataFrame(
        {
            "unit_code": [f"TE{i % 10_000:04d}{chr(65 + i // 10_000)}" for i in range(rows)],
            "tax_code": [tax_code(1_000_000 + i) for i in range(rows)],
            "name": [f"Công ty {i}" for i in range(rows)],
            "province_code": "01",
            "area_list": "63",
            "vsic_code": "C10",
            "vsic_version": "2018",
            "ownership": ["private", "state"] * (rows // 2) + ["private"] * (rows % 2),
            "employees": [10 + i % 7 for i in range(rows)],
            "status": "active",
            "updated_at": [dt.datetime.combine(start, dt.time(9)) + dt.timedelta(days=i % days) for i in range(rows)],
        },
        schema=load_contract("vss", "employer").polars_schema(),
    )


def contributions(period: str, rows: int = 300) -> pl.DataFrame:
    """Return a good delivery of `vss.contribution`."""
    start = parse_month(period)
    amounts = {name: [400_000 + i * 100 for i in range(rows)] for name in ("si_amount", "oa_amount", "hi_amount")}
    return pl.DataFrame(
        {
            "si_number": [f"01{i:08d}" for i in range(rows)],
            "month": start,
            "kind": "compulsory",
            "unit_code": "TE0001A",
            "version": 1,
            "change_type": "declared",
            "wage_base": [6_000_000 + i * 1_000 for i in range(rows)],
            **amounts,
            "ui_amount": 60_000,
            "subsidy_amount": 0,
            "paid_amount": 1_000_000,
            "paid_date": start + dt.timedelta(days=20),
            "updated_at": dt.datetime.combine(start, dt.time(9)) + dt.timedelta(days=24),
        },
        schema=load_contract("vss", "contribution").polars_schema(),
    )


def tax_code(seed: int) -> str:
    """Return the first valid tax code of an organisation at or after nine digits."""
    while True:
        digits = f"{seed:09d}"
        check = 10 - sum(int(d) * w for d, w in zip(digits, (31, 29, 23, 19, 17, 13, 7, 5, 3), strict=True)) % 11
        if check < 10:
            return f"{digits}{check}"
        seed += 1_000_000
