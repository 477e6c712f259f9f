"""The synthetic country: calibration, coherence, truth, and what a world promises to its callers."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from stdnum.vn import mst

from ansinh.errors import AnsinhError
from ansinh.months import month_range
from connectors.contract import Contract, all_contracts
from sandbox.settings import ERRORS_FILE, load_error_rates, write_error_rates
from sandbox.world import build

MONTHS = month_range("2024-12", "2025-12")
PEOPLE = 30_000
WINDOW_END = dt.datetime(2026, 1, 1)
# What the deliberately bad records break; everything else keeps the contract.
BROKEN = {
    "health_claim": {"t_bhtt_t_tongchi_bh_t_bncct", "ngay_ra_ngay_vao"},
    "labour_contract": {"sex", "employer_tax_code"},
    "population_person": {"sex", "birth_date"},
    "tax_payer": {"vsic_code"},
    "tax_wage_income": {"employee_tax_code"},
    "vss_benefit_decision": {"sex"},
    "vss_contribution": {"unit_code"},
    "vss_hi_card": {"beneficiary_code"},
    "vss_participant": {"sex", "birth_date"},
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("world")
    build(folder, PEOPLE, MONTHS, seed=2025)
    return folder


def table(world: Path, name: str) -> pl.DataFrame:
    return pl.read_parquet(world / "tables" / f"{name}.parquet")


def summary(world: Path) -> dict[str, Any]:
    result: dict[str, Any] = json.loads((world / "world.json").read_text(encoding="utf-8"))
    return result


def truth(world: Path, month: str) -> pl.DataFrame:
    return pl.read_parquet(world / "truth" / "participation" / f"{month}.parquet")


def breaches(contract: Contract, frame: pl.DataFrame) -> dict[str, int]:
    """Count rows that break the contract, by field or rule."""
    found: dict[str, pl.Expr] = {}
    for field in contract.fields:
        column = pl.col(field.name)
        broken = column.is_null() if field.required else pl.lit(False)
        if field.pattern:
            broken |= ~column.str.contains(field.pattern)
        if field.max_length:
            broken |= column.str.len_chars() > field.max_length
        if field.minimum is not None:
            broken |= column < field.minimum
        if field.maximum is not None:
            broken |= column > field.maximum
        if field.valid_values:
            broken |= ~column.is_in(list(field.valid_values))
        found[field.name] = broken
    found |= {rule.name: ~pl.sql_expr(rule.expression) for rule in contract.row_rules}
    counts = frame.select(expression.fill_null(False).sum().alias(name) for name, expression in found.items())
    return {name: count for name, count in counts.row(0, named=True).items() if count}


@pytest.mark.parametrize("contract", all_contracts(), ids=lambda contract: contract.name)
def test_tables_keep_their_contract_but_for_the_bad_records(world: Path, contract: Contract) -> None:
    frame = table(world, contract.name)
    assert frame.schema == pl.Schema(contract.polars_schema())
    assert frame.height > 0
    found = breaches(contract, frame)
    assert set(found) <= BROKEN.get(contract.name, set())
    assert sum(found.values()) <= 0.004 * frame.height + 3


@pytest.mark.parametrize(
    ("indicator", "published"),
    [
        ("SI_COV", {"2024-12": 42.71, "2025-11": 42.4, "2025-12": 45.1}),
        ("SI_COV_VOL", {"2025-12": 6.5}),
        ("UI_COV", {"2024-12": 34.18, "2025-12": 35.07}),
        ("HI_COV", {"2024-12": 94.2, "2025-11": 91.4, "2025-12": 95.16}),
    ],
)
def test_truth_meets_the_published_rates(world: Path, indicator: str, published: dict[str, float]) -> None:
    national = summary(world)["national"][indicator]
    assert {month: national[month] for month in published} == pytest.approx(published, abs=0.15)


def test_pension_coverage_lies_near_its_target_after_the_social_pension_began(world: Path) -> None:
    national = summary(world)["national"]["PENS_COV"]
    assert 50 <= national["2025-12"] <= 56
    assert national["2025-07"] - national["2025-06"] > 5


def test_what_the_ledger_shows_is_within_a_point_of_the_truth(world: Path) -> None:
    """Participants by the newest versions and the owners of their numbers, as a perfect linkage would count them."""
    owners = pl.read_parquet(world / "truth" / "record.parquet").filter(
        (pl.col("registry") == "vss") & (pl.col("dataset") == "contribution")
    )
    rows = (
        table(world, "vss_contribution")
        .filter(pl.col("unit_code") != "?")
        .join(owners, left_on="si_number", right_on="record_key", how="left")
        .sort("version")
        .unique(["person_id", "month", "kind", "unit_code"], keep="last", maintain_order=True)
        .filter(pl.col("change_type") != "cancelled", pl.col("month") == dt.date(2025, 12, 1))
    )
    assert rows["person_id"].null_count() == 0
    force = (
        table(world, "reference_labour_force")
        .filter(pl.col("month") == dt.date(2025, 12, 1), pl.col("area_list") == "34")["labour_force_working_age"]
        .sum()
    )
    assert rows["person_id"].n_unique() / force * 100 == pytest.approx(45.1, abs=1)
    assert rows.filter(pl.col("ui_amount") > 0)["person_id"].n_unique() / force * 100 == pytest.approx(35.07, abs=1)


def test_cards_that_are_good_at_the_year_end_cover_the_published_share(world: Path) -> None:
    day = dt.date(2025, 12, 31)
    cards = table(world, "vss_hi_card").filter(pl.col("beneficiary_code") != "??").sort("updated_at")
    cards = cards.unique("card_id", keep="last").filter(pl.col("valid_from") <= day, pl.col("valid_to") >= day)
    people = table(world, "reference_population").filter(
        pl.col("month") == dt.date(2025, 12, 1), pl.col("area_list") == "34"
    )
    assert cards["si_number"].n_unique() / people["population"].sum() * 100 == pytest.approx(95.16, abs=1)


def test_verification_rate_at_the_year_end(world: Path) -> None:
    members = table(world, "vss_participant").sort("updated_at").unique("si_number", keep="last")
    civil = members.filter(~pl.col("armed_forces"))
    assert civil["personal_number_verified"].mean() * 100 == pytest.approx(99.23, abs=0.3)  # type: ignore[operator]


def test_provinces_have_their_published_weight(world: Path) -> None:
    people = truth(world, "2024-12")
    share = dict(people["province63"].value_counts(normalize=True).iter_rows())
    assert len(share) == 63
    assert share["01"] == pytest.approx(7328.4 / 92695.1, abs=0.012)
    assert share["79"] == pytest.approx(8441.9 / 92695.1, abs=0.02)
    assert truth(world, "2025-12")["province34"].n_unique() == 34


def test_personal_numbers_tell_birth_province_century_sex_and_year(world: Path) -> None:
    people = pl.read_parquet(world / "truth" / "person.parquet")
    assert people["personal_number"].is_unique().all()
    century = (pl.col("birth_date").dt.year() // 100 - 19) * 2 + (pl.col("sex") == "F").cast(pl.Int32)
    expected = pl.concat_str(
        pl.lit("0"), "birth_province", century.cast(pl.String), pl.col("birth_date").dt.to_string("%y")
    )
    assert people.select((pl.col("personal_number").str.slice(0, 6) == expected).all()).item()


def test_numbers_of_organisations_are_valid_and_unique(world: Path) -> None:
    payers = table(world, "tax_payer")["tax_code"].unique()
    assert all(mst.is_valid(code) for code in payers)
    units = table(world, "vss_employer")
    assert units["unit_code"].n_unique() == units.filter(pl.col("area_list") == "63")["unit_code"].n_unique()
    personal = table(world, "population_identity_change").filter(pl.col("identifier_type") == "tax_code")["old_value"]
    assert all(mst.is_valid(code) for code in personal)
    assert personal.is_unique().all()


def test_areas_and_industries_change_lists_on_their_day(world: Path) -> None:
    employers = table(world, "vss_employer")
    merger, vsic = dt.datetime(2025, 7, 1), dt.datetime(2025, 11, 15)
    assert employers.select(((pl.col("updated_at") >= merger) == (pl.col("area_list") == "34")).all()).item()
    assert employers.select(((pl.col("updated_at") >= vsic) == (pl.col("vsic_version") == "2025")).all()).item()
    homes = table(world, "population_residence")
    assert homes.select(((pl.col("valid_from") >= merger.date()) == (pl.col("area_list") == "34")).all()).item()


def test_each_resident_lives_where_the_truth_says(world: Path) -> None:
    people = pl.read_parquet(world / "truth" / "person.parquet").select("person_id", "personal_number")
    spells = table(world, "population_residence").sort("change_seq").unique("residence_id", keep="last")
    spells = spells.filter(pl.col("residence_type") == "permanent").join(people, on="personal_number")
    for month, day, area_list in (
        ("2025-06", dt.date(2025, 6, 30), "63"),
        ("2025-07", dt.date(2025, 7, 31), "34"),
    ):
        there = spells.filter(
            pl.col("valid_from") <= day, pl.col("valid_to").is_null() | (pl.col("valid_to") >= day)
        ).filter(pl.col("area_list") == area_list)
        joined = truth(world, month).join(there, on="person_id", how="left")
        assert joined.height == truth(world, month).height
        right = joined["province_code"] == joined[f"province{area_list}"]
        assert right.mean() > 0.999  # type: ignore[operator]


def test_numbers_in_contributions_change_in_august(world: Path) -> None:
    rows = table(world, "vss_contribution")
    change = dt.datetime(2025, 8, 1)
    assert rows.filter(pl.col("updated_at") < change)["si_number"].str.len_chars().max() == 10
    later = rows.filter(pl.col("updated_at") >= change)["si_number"].str.len_chars()
    assert (later == 12).mean() > 0.97  # type: ignore[operator]


def test_contributions_follow_the_legal_rates(world: Path) -> None:
    rows = table(world, "vss_contribution").filter(pl.col("change_type") == "declared")
    employed = rows.filter(pl.col("kind") == "compulsory")
    assert employed["wage_base"].max() <= 46_800_000  # type: ignore[operator]
    shares = employed.select(
        (pl.col("si_amount") / pl.col("wage_base") - 0.25).abs().max().alias("si"),
        (pl.col("oa_amount") / pl.col("wage_base") - 0.005).abs().max().alias("oa"),
        (pl.col("hi_amount") / pl.col("wage_base") - 0.045).abs().max().alias("hi"),
    ).row(0)
    assert max(shares) < 1e-5
    voluntary = rows.filter(pl.col("kind") == "voluntary")
    assert voluntary.select((pl.col("si_amount") / pl.col("wage_base") - 0.22).abs().max()).item() < 1e-5
    assert voluntary["subsidy_amount"].min() > 0  # type: ignore[operator]
    assert summary(world)["late_payment"]["share"] == pytest.approx(0.03, abs=0.02)


def test_costs_of_lines_add_up_to_their_claim(world: Path) -> None:
    claims, keys = table(world, "health_claim"), ["claim_id", "submitted_date"]
    sums = pl.concat(
        table(world, f"health_{lines}").select(*keys, "amount_insured_scope")
        for lines in ("claim_drug", "claim_service")
    )
    sums = sums.group_by(keys).agg(pl.col("amount_insured_scope").sum().alias("sum"))
    joined = claims.join(sums, on=keys, how="left")
    assert joined.select((pl.col("sum") == pl.col("amount_insured_scope")).all()).item()


def test_claims_are_sent_again_after_payment_in_a_later_month(world: Path) -> None:
    claims = table(world, "health_claim").sort("submitted_date")
    twice = (
        claims.group_by("claim_id", maintain_order=True)
        .agg("paid_at", "submitted_date")
        .filter(pl.col("paid_at").list.len() == 2, pl.col("paid_at").list.first().is_null())
    )
    assert twice.height > 0.1 * claims["claim_id"].n_unique()
    assert twice["paid_at"].list.last().null_count() == 0
    month = pl.col("submitted_date").list
    assert twice.select((month.last().dt.truncate("1mo") >= month.first().dt.truncate("1mo")).all()).item()


def test_each_envelope_belongs_to_one_facility_and_day(world: Path) -> None:
    claims = table(world, "health_claim")
    expected = pl.concat_str("facility_code", pl.lit("_"), pl.col("submitted_date").dt.to_string("%Y%m%d"))
    assert claims.select(pl.col("submitted_file").str.starts_with(expected).all()).item()
    assert (
        pl.read_parquet(world / "tables" / "_health_sensitive.parquet")["claim_id"]
        .is_in(claims["claim_id"].implode())
        .sum()
        > 0
    )


def test_change_feeds_are_in_the_order_of_recording(world: Path) -> None:
    for dataset in ("person", "identity_change", "vital_event", "residence"):
        feed = table(world, f"population_{dataset}")
        assert feed["change_seq"].to_list() == list(range(1, feed.height + 1))
        assert feed["updated_at"].is_sorted()


def test_nothing_is_recorded_after_the_window_and_some_before(world: Path) -> None:
    for name in ("population_person", "vss_participant", "vss_hi_card", "labour_contract", "vss_benefit_decision"):
        moment = table(world, name)["updated_at"]
        assert moment.max() < dt.datetime(2026, 1, 1)  # type: ignore[operator]
        assert (moment < dt.datetime(2024, 12, 1)).sum() > 0.2 * len(moment)


def test_returns_of_2024_come_mostly_in_march(world: Path) -> None:
    rows = table(world, "tax_wage_income")
    assert rows["tax_year"].unique().to_list() == [2024]
    first = rows.filter(pl.col("amendment_no") == 0)
    assert (first["filed_at"].dt.month() == 3).mean() > 0.5  # type: ignore[operator]
    assert rows["amendment_no"].max() == 1
    assert rows.select(((pl.col("tax_due") - pl.col("tax_withheld")).clip(0) == pl.col("tax_underpaid")).all()).item()


def test_reference_figures_equal_the_truth(world: Path) -> None:
    force = table(world, "reference_labour_force").filter(pl.col("month") == dt.date(2025, 12, 1))
    people = truth(world, "2025-12")
    assert force["area_list"].unique().to_list() == ["34"]
    assert force["labour_force_working_age"].sum() == people["working_age_force"].sum()
    assert force.select((pl.col("employed") + pl.col("unemployed") == pl.col("labour_force")).all()).item()
    assert people["working_age_force"].mean() == pytest.approx(0.4655, abs=0.002)


def test_true_figures_add_up_over_areas_sexes_and_ages(world: Path) -> None:
    figures = pl.read_parquet(world / "truth" / "indicator.parquet").filter(breakdown="_T")
    keys = ["indicator", "freq", "period", "area_list"]
    total = figures.filter((pl.col("area") == "VN") & (pl.col("sex") == "_T") & (pl.col("age") == "_T"))
    for parts in (
        figures.filter(pl.col("area") != "VN", pl.col("sex") == "_T", pl.col("age") == "_T"),
        figures.filter(pl.col("area") == "VN", pl.col("sex") != "_T", pl.col("age") == "_T"),
        figures.filter(pl.col("area") == "VN", pl.col("sex") == "_T", pl.col("age") != "_T"),
        figures.filter(pl.col("area") != "VN", pl.col("sex") != "_T", pl.col("age") != "_T"),
    ):
        sums = parts.group_by(keys).agg(pl.col("numerator", "denominator").sum())
        joined = total.join(sums, on=keys)
        assert joined.height > 50
        assert joined.select(((pl.col("numerator") - pl.col("numerator_right")).abs() < 0.01).all()).item()
        bases = joined.filter(pl.col("denominator").is_not_null())
        assert bases.select(((pl.col("denominator") - pl.col("denominator_right")).abs() < 0.01).all()).item()
    on_both = figures.filter(area_list="63")
    assert on_both["period"].max() == "2025-06"
    assert on_both["indicator"].n_unique() == 6


def test_every_indicator_of_the_registries_has_its_truth_in_its_periods(world: Path) -> None:
    figures = pl.read_parquet(world / "truth" / "indicator.parquet")
    last = figures.filter(pl.col("area") == "VN", pl.col("period").is_in(["2025-12", "2025-Q4", "2025"]))
    found = {name: "".join(sorted(set(freqs))) for name, freqs in last.group_by("indicator").agg("freq").iter_rows()}
    assert found == {
        "SI_COV": "AM", "SI_COV_COMP": "AM", "SI_COV_VOL": "AM", "SI_NUM": "M", "UI_COV": "AM", "HI_COV": "AM",
        "HI_NUM": "M", "PENS_COV": "AM", "NONCASH_URB": "M", "VSSID_COV": "M", "CCCD_HI": "M", "LATE_RATE": "AM",
        "EVASION_GAP": "Q", "ONETIME": "AM", "NEW_PART": "M", "HI_VISITS": "AM", "HI_COPAY": "AQ", "SICK_MAT": "AM",
        "MATNL_COV": "A", "UNEMP_COV": "Q", "WKINJ_COV": "A", "ANY_COV": "A", "SUBSIDY_VOL": "M", "UI_ACTIVE": "AM",
        "LINK_RATE": "M", "SI_ECARD": "M",
    }  # fmt: skip
    # A flow needs all months of its period: of 2024 only December is there.
    early = set(figures.filter(period="2024")["indicator"])
    assert early == {"SI_COV", "SI_COV_COMP", "SI_COV_VOL", "UI_COV", "HI_COV", "PENS_COV", "LATE_RATE", "WKINJ_COV",
                     "ANY_COV"}  # fmt: skip


def test_persons_of_a_year_are_not_the_sum_of_the_months(world: Path) -> None:
    figures = pl.read_parquet(world / "truth" / "indicator.parquet")
    whole = figures.filter(
        pl.col("indicator") == "SICK_MAT", pl.col("area") == "VN", pl.col("breakdown") == "measure",
        pl.col("period").str.starts_with("2025"),
    )  # fmt: skip
    sums = {
        (freq, category): value
        for freq, category, value in whole.group_by("freq", "category").agg(pl.col("value").sum()).iter_rows()
    }
    assert sums["A", "cases"] == sums["M", "cases"]
    assert sums["A", "persons"] < 0.95 * sums["M", "persons"]
    assert sums["A", "persons"] <= sums["A", "cases"]


def test_true_visits_and_arrears_are_those_of_the_ledgers(world: Path) -> None:
    """Computed anew from the tables that the registries hand out."""
    figures = pl.read_parquet(world / "truth" / "indicator.parquet").filter(area="VN", sex="_T", age="_T", freq="M")
    claims = table(world, "health_claim").unique("claim_id")
    seen = claims.group_by(pl.col("discharged_at").dt.to_string("%Y-%m").alias("period")).len()
    visits = figures.filter(indicator="HI_VISITS", breakdown="_T").join(seen, on="period")
    assert visits.height == 13
    assert (visits["value"] / visits["len"] - 1).abs().max() < 0.01  # type: ignore[operator]

    late = figures.filter(indicator="LATE_RATE", period="2025-12", breakdown="arrears")["numerator"].sum()
    ledger = table(world, "vss_contribution").filter(
        pl.col("kind") == "compulsory", pl.col("unit_code") != "?", pl.col("month") <= dt.date(2025, 10, 1)
    )
    owners = pl.read_parquet(world / "truth" / "record.parquet").filter(registry="vss", dataset="contribution")
    ledger = ledger.join(owners, left_on="si_number", right_on="record_key").sort("version")
    newest = ledger.unique(["person_id", "month", "unit_code"], keep="last", maintain_order=True)
    unpaid = newest.filter(pl.col("paid_date").is_null(), pl.col("change_type") != "cancelled")
    owed = unpaid.select(pl.sum_horizontal("si_amount", "oa_amount", "ui_amount", "hi_amount").sum()).item()
    assert late / owed == pytest.approx(1, abs=0.02)


def test_truth_knows_whose_each_record_is(world: Path) -> None:
    owners = pl.read_parquet(world / "truth" / "record.parquet")
    for registry, dataset, key in (
        ("vss", "participant", "si_number"),
        ("vss", "hi_card", "card_id"),
        ("labour", "contract", "contract_id"),
        ("health", "claim", "claim_id"),
    ):
        known = owners.filter((pl.col("registry") == registry) & (pl.col("dataset") == dataset))
        assert known["record_key"].is_unique().all()
        assert set(table(world, f"{registry}_{dataset}")[key].unique()) <= set(known["record_key"])


def test_every_kind_of_error_occurs_near_its_rate(world: Path) -> None:
    log = pl.read_parquet(world / "truth" / "error.parquet")
    made = set(zip(log["registry"], log["kind"], strict=True))
    rates = load_error_rates().rates
    wanted = {(registry, kind) for registry, kinds in rates.items() for kind in kinds}
    # A contract that never reached the labour authority has no record.
    assert wanted - made == {("labour", "not_registered")}
    lost = log.filter(
        (pl.col("registry") == "vss") & (pl.col("kind") == "leading_zero_lost") & (pl.col("dataset") == "participant")
    ).height
    members = table(world, "vss_participant")["si_number"].n_unique()
    assert lost / members == pytest.approx(rates["vss"]["leading_zero_lost"], rel=0.25)


def test_error_rates_can_be_multiplied_and_stay_shares(tmp_path: Path) -> None:
    rates = load_error_rates(write_error_rates(tmp_path / "errors.toml", 3.0))
    assert rates.get("vss", "personal_number_mistyped") == pytest.approx(0.012)
    assert rates.get("health", "name_upper_case") == 1.0
    assert rates.rates.keys() == load_error_rates().rates.keys()


def test_the_same_seed_gives_the_same_world_and_another_seed_another(tmp_path: Path) -> None:
    for name, seed in (("a", 7), ("b", 7), ("c", 8)):
        build(tmp_path / name, 2_000, ["2025-07"], seed)
    files = sorted(path.relative_to(tmp_path / "a") for path in (tmp_path / "a").rglob("*.parquet"))
    assert len(files) > 27
    assert all((tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes() for name in files)
    person = "tables/population_person.parquet"
    assert (tmp_path / "a" / person).read_bytes() != (tmp_path / "c" / person).read_bytes()


def test_a_finished_world_is_kept(tmp_path: Path) -> None:
    build(tmp_path, 2_000, ["2024-12"], 1)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    build(tmp_path, 2_000, ["2024-12"], 1)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("months", [["2023-11", "2023-12", "2024-01"], ["2025-09"], ["2026-01", "2026-02"]])
def test_other_months_can_be_built(tmp_path: Path, months: list[str]) -> None:
    build(tmp_path, 2_000, months, 3)
    rows = summary(tmp_path)["rows"]
    assert len(rows) == len(all_contracts())
    assert rows["population_person"] >= 2_000
    assert set(summary(tmp_path)["national"]["SI_COV"]) == set(months)


@pytest.mark.parametrize(("people", "months"), [(100, ["2025-01"]), (2_000, []), (2_000, ["2025-01", "2025-03"])])
def test_a_world_that_cannot_be_built_is_refused(tmp_path: Path, people: int, months: list[str]) -> None:
    with pytest.raises(AnsinhError):
        build(tmp_path, people, months, 1)


def test_a_rate_that_is_no_share_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "errors.toml"
    path.write_text(ERRORS_FILE.read_text(encoding="utf-8").replace("sex_wrong = 0.0015", "sex_wrong = 15"))
    with pytest.raises(AnsinhError, match=r"vss\.sex_wrong"):
        load_error_rates(path)


def test_the_finance_ledger_is_that_of_the_other_ledgers(world: Path) -> None:
    booked = table(world, "vss_finance").group_by("fund").agg(pl.col("revenue_contributions", "expenditure").sum())
    funds = {row["fund"]: row for row in booked.to_dicts()}
    amounts = pl.col("si_amount", "oa_amount", "ui_amount", "hi_amount")
    paid = (
        table(world, "vss_contribution")
        .sort("version")
        .unique(["si_number", "month", "kind", "unit_code"], keep="last", maintain_order=True)
        .filter(pl.col("paid_date").is_not_null(), pl.col("change_type") != "cancelled", pl.col("unit_code") != "?")
        .select(amounts.sum())
        .row(0, named=True)
    )
    decisions = table(world, "vss_benefit_decision").select("decision_id", "benefit_type").unique("decision_id")
    kinds = table(world, "vss_payment").join(decisions, on="decision_id").group_by("benefit_type").agg(pl.sum("amount"))
    benefits = dict(kinds.iter_rows())
    claims = table(world, "health_claim").unique("claim_id", keep="last").filter(pl.col("discharged_at") < WINDOW_END)
    for fund, column in (("SI", "si_amount"), ("OA", "oa_amount"), ("UI", "ui_amount"), ("HI", "hi_amount")):
        # Corrected months stand under two numbers of a person, and some declarations come after the window.
        assert funds[fund]["revenue_contributions"] == pytest.approx(paid[column], rel=0.03)
    assert funds["OA"]["expenditure"] == pytest.approx(benefits["work_injury"], rel=0.01)
    assert funds["UI"]["expenditure"] == pytest.approx(benefits["unemployment"], rel=0.05)
    # Claims of the last days are sent after the window.
    assert funds["HI"]["expenditure"] == pytest.approx(claims["amount_fund"].sum(), rel=0.05)


def test_social_support_is_that_of_the_decisions(world: Path) -> None:
    last = dt.date(2025, 12, 31)
    decisions = table(world, "vss_benefit_decision").sort("updated_at").unique("decision_id", keep="last")
    held = decisions.filter(
        pl.col("benefit_type").is_in(["social_support", "social_pension"]),
        pl.col("benefit_from") <= last,
        pl.col("benefit_to").is_null() | (pl.col("benefit_to") >= last),
    )
    support = table(world, "reference_social_support").filter(pl.col("month") == last.replace(day=1))
    assert support["persons"].sum() == pytest.approx(held.height, rel=0.02)
    assert support["source"].str.contains("Synthetic").all()


def test_events_and_money_follow_the_published_figures(world: Path) -> None:
    scale = PEOPLE / 101_300_000
    decisions = table(world, "vss_benefit_decision").unique("decision_id")
    kinds = dict(decisions.filter(pl.col("decision_date").dt.year() == 2025)["benefit_type"].value_counts().iter_rows())
    claims = table(world, "health_claim").unique("claim_id", keep="last")
    claims = claims.filter(pl.col("discharged_at").dt.year() == 2025)
    assert kinds["one_time"] == pytest.approx(1_044_016 * scale, rel=0.1)
    short = kinds["sickness"] + kinds["maternity"] + kinds["convalescence"]
    assert short == pytest.approx(9_098_537 * scale, rel=0.1)
    assert claims.height == pytest.approx(195.5e6 * scale, rel=0.1)
    assert claims["amount_fund"].sum() == pytest.approx(161_628e9 * scale, rel=0.1)
