"""The way from `raw` to the BI tables, on rows delivered by hand; the tests build on one another, in this order."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import psycopg
import pytest

from ansinh import transformation
from ansinh.database import Role
from ansinh.errors import AnsinhError
from connectors.contract import all_contracts
from tests.dbt_project.country import AN, BINH, BUILT, build, contribution, deliver, person, query, settle, without

JANUARY, FEBRUARY = dt.date(2025, 1, 1), dt.date(2025, 2, 1)
CHI = "038199000003"
MODELS = sorted(Path(transformation.PROJECT, "models").rglob("*.sql"))

KEYS = "select personal_number, person_key from identity.int_persons_described order by 2"
WAGES = """select p.personal_number, c.month, c.wage_base from warehouse.fct_contribution_month c
    join identity.int_persons_described p using (person_key) order by 1, 2"""
HISTORY = "select * from warehouse.dim_person order by person_key, known_from, valid_from"
FIGURES = "select * from indicators.indicator_observation order by 1, 2, 3, 4, 5, 6, 7, 8, 9"


def link_rate(period: str) -> list[tuple[int, int]]:
    """Return participants in the population register, and all, of a month in the whole country."""
    return query(f"""select numerator::int, denominator::int from indicators.indicator_observation
        where indicator = 'LINK_RATE' and period = '{period}' and area_list = '34'
            and (area, sex, age, breakdown) = ('VN', '_T', '_T', '_T')""")


@pytest.fixture(scope="module")
def country(warehouse: Path) -> Path:
    settle()
    build()
    return warehouse


def test_figures_count_persons_on_both_lists(country: Path) -> None:
    rows = query("""select period, area_list, area, sex, age, numerator, denominator, value, obs_status
        from indicators.indicator_observation
        where indicator = 'SI_COV' and period = '2025-01' and age = '_T' and area_list = '63' order by area, sex""")
    assert rows == [
        ("2025-01", "63", "24", "F", "_T", 0, 2, 0, "A"),
        ("2025-01", "63", "24", "M", "_T", 1, 2, 50, "A"),
        ("2025-01", "63", "24", "_T", "_T", 1, 4, 25, "A"),
        ("2025-01", "63", "VN", "F", "_T", 1, 2, 50, "A"),
        ("2025-01", "63", "VN", "M", "_T", 1, 2, 50, "A"),
        ("2025-01", "63", "VN", "_T", "_T", 2, 4, 50, "A"),
    ]
    both = query("""select numerator, denominator from indicators.indicator_observation
        where indicator = 'SI_COV' and period = '2025-01' and age = '_T' and sex = '_T' and area_list = '34'
            and breakdown = '_T'""")
    assert both == [(2, 4), (2, 4)]


def test_links_name_their_rule(country: Path) -> None:
    assert query("select record_id, rule from identity.link where dataset = 'participant' order by 1") == [
        ("0100000001", "personal_number_restored"),
        ("0100000002", "personal_number"),
    ]


def test_second_build_changes_nothing(country: Path) -> None:
    before = [query(statement) for statement in (KEYS, WAGES, FIGURES, HISTORY)]
    reopened = query("select count(*) from warehouse.reopened_month")
    build()
    assert [query(statement) for statement in (KEYS, WAGES, FIGURES, HISTORY)] == before
    assert query("select count(*) from warehouse.reopened_month") == reopened


def test_correction_reopens_its_month_only(country: Path) -> None:
    keys = query(KEYS)
    rows = "select xmin::text, month from warehouse.fct_contribution_month order by 1, 2"
    february = [row for row in query(rows) if row[1] == FEBRUARY]
    # The corrected delivery drops Bình; late news of An come in March under his personal number.
    deliver("vss", "contribution", "2025-01", [contribution("0100000001", "2025-01-01")])
    deliver("vss", "contribution", "2025-03", [contribution(AN, "2025-01-01", version=2, wage_base=12)])
    build()
    assert query(WAGES) == [(AN, JANUARY, 12), (AN, FEBRUARY, 10), (BINH, FEBRUARY, 10)]
    assert [row for row in query(rows) if row[1] == FEBRUARY] == february
    assert query(KEYS) == keys


def test_full_refresh_gives_the_same(country: Path) -> None:
    before = [query(statement) for statement in (KEYS, WAGES, FIGURES, HISTORY)]
    transformation.build(full_refresh=True)
    assert [query(statement) for statement in (KEYS, WAGES, FIGURES, HISTORY)] == before


def test_a_refused_delivery_takes_no_month_away(country: Path) -> None:
    before = query(FIGURES)
    newest = "batch_id = 'vss.contribution.2025-03'"
    query(f"update ingest.batch set state = 'rejected' where {newest} returning 1", Role.LOADER)
    build()
    assert query(FIGURES) == before
    query(f"update ingest.batch set state = 'loaded' where {newest} returning 1", Role.LOADER)


def test_person_who_appears_later_keeps_the_key(country: Path) -> None:
    deliver("vss", "participant", "2025-03", [
        {"si_number": "0100000003", "personal_number": "038199000003", "full_name": "Lê Chi", "birth_date": "1999",
         "sex": 0, "area_list": "63", "province_code": "38"},
    ])  # fmt: skip
    deliver("vss", "contribution", "2025-04", [contribution("0100000003", "2025-02-01", wage_base=7)])
    build()
    assert (CHI, FEBRUARY, 7) in query(WAGES)
    assert link_rate("2025-02") == [(2, 3)]
    before = query(KEYS)
    deliver("population", "person", "2025-04", [person(CHI, "Lê Chi", "1999-05-05", "Nữ", 3)])
    build()
    assert query(KEYS) == before
    assert link_rate("2025-02") == [(3, 3)]


def test_what_was_believed_is_kept(country: Path) -> None:
    [(chi,)] = query(f"select person_key from identity.int_persons_described where personal_number = '{CHI}'")
    died = person(CHI, "Lê Chi", "1999-05-05", "Nữ", 4) | {
        "life_status": "deceased", "death_date": dt.date(2025, 2, 10), "updated_at": dt.datetime(2025, 5, 2)
    }  # fmt: skip
    deliver("population", "person", "2025-05", [died])
    build()
    history = query(f"""select spine, birth_date, life_status, valid_from, valid_to, is_current
        from warehouse.dim_person where person_key = {chi} order by known_from, valid_from""")
    born, forever = dt.date(1999, 5, 5), dt.date(9999, 12, 1)
    assert history == [
        ("participant", dt.date(1999, 7, 1), "alive", dt.date(1999, 7, 1), forever, False),
        ("population", born, "alive", born, forever, False),
        ("population", born, "alive", born, dt.date(2025, 2, 9), False),
        ("population", born, "deceased", dt.date(2025, 2, 10), forever, True),
    ]
    # Nothing is known twice, and at any moment since the first something is.
    assert query(f"""select count(*) from (
            select known_from, lag(known_to) over (order by known_from) as earlier_to
            from (select distinct known_from, known_to from warehouse.dim_person where person_key = {chi}) as known
        ) as ordered where known_from <> earlier_to""") == [(0,)]


def test_contradictions_and_gaps_are_found(country: Path) -> None:
    deliver("vss", "contribution", "2025-05", [contribution("0100000003", "2025-03-01", wage_base=7)])
    build()
    marked = "select month from warehouse.fct_participation_month where contributes_after_death"
    assert query(marked) == [(dt.date(2025, 3, 1),)]
    found = "select kind, happened_on, days_after, link_probability from warehouse.gap_after_death"
    assert query(found) == [("contribution", dt.date(2025, 3, 1), 19, 1.0)]
    assert query("select gap, sum(persons) from bi.coverage_gap where gap = 'after_death' group by 1", Role.BI) == [
        ("after_death", 1)
    ]


def test_every_link_can_be_explained_and_every_value_has_its_reason(country: Path) -> None:
    values = query(f"""select attribute, value, dataset, is_chosen, reason from identity.person_attribute
        where person_key = (select person_key from identity.int_persons_described where personal_number = '{AN}')
            and attribute in ('full_name', 'birth_date') order by 1 desc, 3""")
    assert values == [
        ("full_name", "nguyen van an", "participant", False, "A better source has another value"),
        ("full_name", "nguyễn văn an", "person", True, "The legal name"),
        ("birth_date", "1980-01-02 day", "participant", False, "Agrees with the chosen value"),
        ("birth_date", "1980-01-02 day", "person", True, "The legal birth date"),
    ]
    unexplained = "select count(*) from identity.link where rule = 'none' and dataset <> 'person'"
    assert query(unexplained) == [(0,)]


def test_dbt_tests_pass(country: Path) -> None:
    transformation.dbt("test")


def test_no_name_and_no_identifier_leaves_identity(country: Path) -> None:
    personal = {"name_key", "old_id_key", "si_number_key", "personal_number_key"} | {
        field.name for contract in all_contracts() for field in contract.fields
        if field.name.endswith(("name", "personal_number", "si_number", "card_number", "household_code"))
    }  # fmt: skip
    columns = query("""select table_schema, table_name, column_name from information_schema.columns
        where table_schema in ('warehouse', 'indicators', 'bi')""")
    assert {row for row in columns if row[2] in personal} == set()
    assert "person_key" not in {row[2] for row in columns if row[0] == "bi"}


def test_bi_role_reads_bi_alone(country: Path) -> None:
    assert query("select count(*) from bi.participation_month", Role.BI)[0][0] > 0
    for schema in set(BUILT) - {"bi"}:
        table = query(f"select tablename from pg_tables where schemaname = '{schema}' limit 1")[0][0]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            query(f"select 1 from {schema}.{table}", Role.BI)


def test_who_moves_stays_the_same_node(country: Path) -> None:
    said = "select node_id, residence_province from identity.record where record_id = '0100000003' and sex is not null"
    [(node, province)] = query(said)
    deliver("vss", "participant", "2025-06", [
        {"si_number": "0100000003", "personal_number": "038199000003", "full_name": "Lê Chi", "birth_date": "1999",
         "sex": 0, "area_list": "63", "province_code": "04", "updated_at": dt.datetime(2025, 6, 2)},
    ])  # fmt: skip
    before = query("select * from identity.node_person order by node_id")
    build()
    assert (province, query(said)) == ("38", [(node, "04")])
    assert query("select * from identity.node_person order by node_id") == before


def test_failure_names_the_model_and_the_next_step(country: Path) -> None:
    with without("raw.vss_survey", "_row"), pytest.raises(AnsinhError) as caught:
        transformation.layer("staging")
    assert "stg_vss__survey" in caught.value.message
    assert "build again" in caught.value.next_step


def test_unknown_layer_is_refused() -> None:
    with pytest.raises(AnsinhError, match="no layer 'marts'"):
        transformation.layer("marts")


def test_project_parses_without_a_warning(warehouse: Path) -> None:
    transformation.dbt("parse", "--no-partial-parse", "--warn-error")


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_models_are_portable(path: Path) -> None:
    assert not re.search(r"::|distinct on|\bfilter\s*\(|generate_series|\bilike\b", path.read_text(), re.IGNORECASE)
