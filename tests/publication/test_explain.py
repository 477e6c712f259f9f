"""Why a figure is what it is: lineage, deliveries, exclusions, gates, releases; and silence about what is hidden."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from ansinh.cli import app
from ansinh.database import Role, connect
from ansinh.errors import AnsinhError
from publication import explain, lineage
from publication.ledger import Release

_BATCH = """
    insert into ingest.batch (batch_id, registry, dataset, period, state, revision, rows_received, rows_accepted,
        rows_quarantined, contract_version, code_version)
    values (%s, %s, %s, %s, 'loaded', %s, 10, 9, 1, '1', 'test')
    on conflict do nothing
"""
_HELD = """
    insert into quarantine.row (batch_id, registry, dataset, period, row_number, rule, reason, payload)
    values ('vss.contribution.2025-07', 'vss', 'contribution', '2025-07', 3, 'wage_base', 'too high', '{"name": "An"}')
"""


@pytest.fixture(scope="module")
def explained(published: Release) -> Release:
    """The release, with deliveries in the ledger: contributions of two months, taxes, and one that is newer."""
    with connect(Role.LOADER) as connection:
        for registry, dataset, period, revision in (
            ("vss", "contribution", "2025-06", 2), ("vss", "contribution", "2025-07", 1),
            ("vss", "contribution", "2025-08", 1), ("tax", "payer", "2025-07", 1), ("health", "claim", "2025-07", 1),
        ):  # fmt: skip
            batch = f"{registry}.{dataset}.{period}"
            connection.execute(_BATCH, [batch, registry, dataset, period, revision])
        connection.execute("delete from quarantine.row")
        connection.execute(_HELD)
    with connect(Role.CHECKER) as connection:
        connection.execute("delete from quality.gate_result")
        for stage, suite in (("landing", "vss_contribution"), ("landing", "health_claim"), ("indicators", "series")):
            connection.execute(
                """insert into quality.gate_result (stage, suite, success, critical_failed, warning_failed, evaluated)
                values (%s, %s, true, 0, 1, 5)""",
                [stage, suite],
            )
    return published


def hidden_total(release: Release) -> tuple[str, str, Any]:
    """Return an indicator, a province whose total of 2025-07 is hidden, and the hidden value."""
    with connect(Role.PUBLISHER) as connection:
        row = connection.execute(
            """select indicator, area, working.value
            from release.observation as published
            inner join indicators.indicator_observation as working
                using (indicator, freq, period, area_list, area, sex, age, breakdown, category)
            where release_id = %s and conf_status <> 'F' and period = '2025-07' and area_list = '34' and sex = '_T'
                and age = '_T' and breakdown = '_T'
            order by indicator, area
            limit 1""",
            [release.release_id],
        ).fetchone()
    assert row is not None
    return row


def test_lineage_tells_what_is_counted_from_who_it_is(explained: Release) -> None:
    made = lineage.of_indicator(lineage.manifest(), "SI_COV")
    assert made.figures == [("reference", "labour_force"), ("vss", "contribution")]
    assert made.persons == [("tax", "payer")]
    layers = [model["layer"] for model in made.models]
    assert made.models[0]["name"] == "ind_si_cov"
    assert layers == sorted(layers, key=["indicators", "warehouse", "identity", "staging"].index)
    assert lineage.of_indicator(lineage.manifest(), "NOWHERE") == lineage.Lineage([], [], [])


def test_a_figure_names_its_deliveries_and_what_is_held(explained: Release) -> None:
    found = explain.figure("SI_COV", "2025-07")
    counts = {f"{one['registry']}.{one['dataset']}": one for one in found["data_sets"]}
    assert counts["vss.contribution"] == {
        "use": "figures", "registry": "vss", "dataset": "contribution", "first": "2025-06", "last": "2025-07",
        "batches": 2, "rows_received": 20, "rows_accepted": 18, "rows_held": 2,
    }  # fmt: skip
    assert counts["tax.payer"]["use"] == "persons"
    assert "health.claim" not in counts
    assert [one["batch_id"] for one in found["batches"]] == ["tax.payer.2025-07", "vss.contribution.2025-07"]
    assert found["held"] == [{"registry": "vss", "dataset": "contribution", "rule": "wage_base", "rows": 1}]
    assert [(gate["stage"], gate["suite"]) for gate in found["gates"]] == [
        ("landing", "vss_contribution"), ("indicators", "series"),
    ]  # fmt: skip
    assert found["linkage"][0] == {"period": "2025-07", "registry": "_T", "rate": 99.4}
    assert [one["release_id"] for one in found["releases"]] == [explained.release_id]
    [compared] = found["compared"]
    assert compared["difference"] == pytest.approx(found["figure"]["value"] - 42.4, abs=1e-4)
    assert found["figure"]["lower"] < found["figure"]["value"] < found["figure"]["upper"]


def test_persons_without_a_place_are_a_share(explained: Release) -> None:
    with connect(Role.TRANSFORMER) as connection:
        update = """update indicators.indicator_observation set numerator = numerator * %s
            where indicator = 'SI_COV' and period = '2025-07' and area = 'VN' and sex = '_T' and age = '_T'"""
        connection.execute(update, [1.25])
    try:
        with connect(Role.PUBLISHER) as connection:
            known = explain.facts(connection, ["SI_COV", "FUND_BAL"], "2025-07")
    finally:
        with connect(Role.TRANSFORMER) as connection:
            connection.execute(update, [0.8])
    assert known["SI_COV"]["unknown"] == {"area": 20.0, "sex": 20.0, "age": 20.0}
    assert known["FUND_BAL"]["unknown"] == {"area": None, "sex": None, "age": None}
    assert known["FUND_BAL"]["linkage"] == []


def test_a_hidden_figure_stays_hidden(explained: Release) -> None:
    indicator, area, secret = hidden_total(explained)
    found = explain.figure(indicator, "2025-07", area)
    assert {found["figure"][name] for name in ("numerator", "denominator", "value", "lower", "upper")} == {None}
    assert found["releases"][0]["hidden"]
    assert found["compared"] == []
    shown = CliRunner().invoke(app, ["explain", indicator, "--period", "2025-07", "--area", area]).output
    assert f"province {area}, 2025-07: hidden by disclosure control" in shown
    assert f"{secret:,}" not in shown


def test_the_command_reads_from_top_to_bottom(explained: Release) -> None:
    done = CliRunner().invoke(app, ["explain", "SI_COV", "--period", "2025-07"])
    assert done.exit_code == 0
    parts = ["Viet Nam, 2025-07: ", "95 % interval", "Published elsewhere", "Releases that hold it",
             "What is not in it", "held by wage_base", "Gates", "Counted from", "Models, from the figure"]  # fmt: skip
    places = [done.output.index(part) for part in parts]
    assert places == sorted(places)
    told = json.loads(CliRunner().invoke(app, ["explain", "SI_COV", "--period", "2025-07", "--json"]).output)
    assert told["figure"]["indicator"] == "SI_COV"
    assert told["batches"][0].keys() >= {"batch_id", "revision", "rows_received", "landed_at"}


def test_no_payload_leaves_quarantine(explained: Release) -> None:
    assert '"An"' not in json.dumps(explain.figure("SI_COV", "2025-07"), default=str)
    with connect(Role.PUBLISHER) as connection, pytest.raises(Exception, match="permission denied"):
        connection.execute("select payload from quarantine.row")


def test_a_release_explains_each_of_its_indicators(explained: Release) -> None:
    told = json.loads((explained.folder / "explain.json").read_text(encoding="utf-8"))
    assert set(told) >= {"SI_COV", "HI_COV", "FUND_BAL"}
    assert all(set(one) == {"models", "data_sets", "unknown", "linkage"} for one in told.values())


def test_an_unknown_indicator_is_refused(explained: Release) -> None:
    with pytest.raises(AnsinhError, match="no indicator NOWHERE"):
        explain.figure("NOWHERE", "2025-07")
