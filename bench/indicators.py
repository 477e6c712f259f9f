"""What the model is worth: the indicators without and with its links, against the truth."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansinh import database, transformation
from linkage import store
from linkage.run import run
from linkage.settings import LinkageSettings

_RULES_ONLY = LinkageSettings(threshold=2.0)
"""No probability reaches this threshold."""


def before_and_after(country: Path) -> list[dict[str, Any]]:
    """Return for each indicator how far it is from the truth by rules alone, and with the model: percentage points.

    `national` is the mean distance of the monthly national figures, `province` that of the provinces' figures.
    """
    found = {}
    for name, settings in (("rules", _RULES_ONLY), ("rules and model", LinkageSettings())):
        run(full=True, settings=settings)
        for layer in ("warehouse", "indicators"):
            transformation.layer(layer, full_refresh=True)
        found[name] = _distances(country)
    return [
        {"indicator": indicator, "by": name, "national": national, "province": province}
        for name, rows in found.items()
        for indicator, national, province in rows
    ]


def _distances(country: Path) -> list[tuple[str, float, float]]:
    columns = {
        "indicator": "varchar",
        "period": "varchar",
        "area_list": "varchar",
        "area": "varchar",
        "value": "double",
    }
    with store.workbench() as connection, database.connect(database.Role.TRANSFORMER) as indicators:
        store.take_out(
            indicators,
            f"""select {", ".join(columns)} from indicators.indicator_observation
            where area_list = '34' and sex = '_T' and age = '_T'""",
            connection,
            columns,
            "create table observed as select * from {rows}",
        )
        return connection.execute(f"""
            select
                observed.indicator,
                round(avg(abs(observed.value - truth.value)) filter (where observed.area = 'VN'), 4),
                round(avg(abs(observed.value - truth.value)) filter (where observed.area <> 'VN'), 4)
            from observed
            inner join read_parquet('{country}/truth/indicator.parquet') as truth
                on
                    observed.indicator = truth.indicator
                    and observed.period = truth.period
                    and observed.area_list = truth.area_list
                    and observed.area = truth.area
            where truth.sex = '_T' and truth.age = '_T'
            group by observed.indicator
            order by observed.indicator
        """).fetchall()
