"""The made-up country's figures with all that explains them, in the schema `indicators` of a real database."""

from __future__ import annotations

import json

import polars as pl

from ansinh.database import Role, connect
from ansinh.settings import get_settings
from publication.inputs import Labels
from tests.publication.country import HEADLINE, LABOUR, SEEDS, crosswalk

SOURCE = "Sandbox: synthetic country"
TARGET = 45.0
"""A target of every indicator that has targets, for 2025."""

_CATALOGUE = """indicator,theme,unit,freqs,breakdowns,accounting,denominator_concept,name_en,name_vi
SI_COV,participation,PT,M,,stock,labour force of working age,Social insurance participation rate,Tỷ lệ tham gia BHXH
SI_COV_VOL,participation,PT,M,,stock,labour force of working age,Voluntary SI participation rate,Tỷ lệ tham gia BHXH tự nguyện
UI_COV,participation,PT,M,,stock,labour force of working age,Unemployment insurance participation rate,Tỷ lệ tham gia BHTN
HI_COV,health,PT,M,,stock,resident population,Health insurance coverage rate,Tỷ lệ bao phủ BHYT
PENS_COV,benefits,PT,M,,stock,persons past retirement age,Pension coverage,Tỷ lệ người sau tuổi nghỉ hưu được hưởng lương hưu
SI_COV_COMP,participation,PT,M,,stock,labour force of working age,Compulsory SI participation rate,Tỷ lệ tham gia BHXH bắt buộc
SI_NUM,participation,PS,M,"scheme,ownership",stock,,Number of SI participants,Số người tham gia BHXH
ONETIME,benefits,PS,"M,A",,flow,,One-time SI recipients,Số người hưởng BHXH một lần
UNEMP_COV,benefits,PT,Q,,stock,unemployed persons,Unemployed receiving benefit,Người thất nghiệp được hưởng TCTN
WKINJ_COV,participation,PT,A,,stock,employed persons,Workers covered for employment injury,Lao động tham gia bảo hiểm TNLĐ-BNN
LATE_RATE,finance,PT,M,ownership,stock,contributions due,Late-payment ratio of contributions,Tỷ lệ số tiền chậm đóng
FUND_BAL,finance,VND,M,fund,flow,,Revenue of the funds,Thu các quỹ
"""  # noqa: E501
_EMPTY = (
    "numerator_vi", "denominator_en", "denominator_vi", "source_denominator", "sdg_code", "vn_roadmap_code",
    "national_code", "ilo_code", "legal_basis", "caveats_en", "caveats_vi",
)  # fmt: skip
_CATEGORIES = """breakdown,category,name_en,name_vi,position
scheme,compulsory,Compulsory,Bắt buộc,1
scheme,voluntary,Voluntary,Tự nguyện,2
ownership,state,State,Nhà nước,1
ownership,private,Private,Tư nhân,2
ownership,foreign,Foreign,Đầu tư nước ngoài,3
ownership,_U,Not known,Không rõ,9
fund,si,Social insurance,Bảo hiểm xã hội,1
fund,hi,Health insurance,Bảo hiểm y tế,2
fund,ui,Unemployment insurance,Bảo hiểm thất nghiệp,3
"""


def labels(figures: pl.DataFrame) -> Labels:
    """Return all that explains the figures, every column as text, without a database."""
    frames = {
        "indicators": catalogue(),
        "categories": pl.read_csv(_CATEGORIES.encode(), infer_schema=False),
        "targets": _seed("indicator_targets").rename({"indicator_id": "indicator"}, strict=False),
        "progress": progress(figures),
        "breaks": _seed("series_break"),
        "areas": areas(),
        "reconciliation": reconciliation(figures),
        "sources": pl.DataFrame({"dataset": ["labour_force"], "source": [SOURCE]}),
        "links": _links().filter(pl.col("records") >= 100),
    }
    return Labels(**{
        name: frame.with_columns(pl.all().cast(pl.String)).with_columns(pl.all().replace("", None))
        for name, frame in frames.items()
    })  # fmt: skip


def load(figures: pl.DataFrame) -> None:
    """Put figures and their labels into the schema `indicators`, as the transformation leaves them there."""
    tables = {
        "indicators.indicator_observation": figures,
        "indicators.indicator": catalogue(),
        "indicators.indicator_category": pl.read_csv(_CATEGORIES.encode(), infer_schema=False),
        "indicators.indicator_target": _seed("indicator_targets").rename({"indicator_id": "indicator"}, strict=False),
        "indicators.indicator_progress": progress(figures),
        "indicators.reconciliation": reconciliation(figures),
        "indicators.series_break": _seed("series_break"),
        "indicators.denominator_source": pl.DataFrame({"dataset": ["labour_force"], "source": [SOURCE]}),
        "indicators.link_quality": _links(),
        "bi.dim_area": _dim_area(),
    }
    with connect(Role.TRANSFORMER) as connection:
        for name, frame in tables.items():
            columns = ", ".join(
                f"{column} {'numeric' if kind == pl.Float64 else 'text'}" for column, kind in frame.schema.items()
            )
            connection.execute(f"drop table if exists {name}")
            connection.execute(f"create table {name} ({columns})")
            with connection.cursor().copy(f"copy {name} from stdin (format csv)") as copy:
                copy.write(frame.write_csv(include_header=False))
    _write_manifest()


def _write_manifest() -> None:
    """Leave dbt's manifest where a build would: SI_COV comes from contributions of persons, the rest from nowhere."""
    refs = {
        ("indicators", "ind_si_cov"): ["int_participants_counted", "stg_reference__labour_force"],
        ("warehouse", "int_participants_counted"): ["fct_contribution_month", "dim_person"],
        ("warehouse", "fct_contribution_month"): ["stg_vss__contribution"],
        ("warehouse", "dim_person"): ["link"],
        ("identity", "link"): ["record"],
        ("identity", "record"): ["stg_tax__payer", "stg_vss__contribution"],
        ("staging", "stg_vss__contribution"): [],
        ("staging", "stg_tax__payer"): [],
        ("staging", "stg_reference__labour_force"): [],
    }
    sources = ["vss.contribution", "tax.payer", "reference.labour_force"]
    nodes = {
        f"model.ansinh.{name}": {
            "name": name, "fqn": ["ansinh", layer, name], "description": f"The model {name}.",
            "depends_on": {"nodes": [f"model.ansinh.{ref}" for ref in parents] or [
                f"source.ansinh.{name.removeprefix('stg_').replace('__', '.')}"
            ]},
        }
        for (layer, name), parents in refs.items()
    }  # fmt: skip
    made = {"nodes": nodes, "sources": {
        f"source.ansinh.{name}": {"source_name": name.split(".")[0], "name": name.split(".")[1]} for name in sources
    }}  # fmt: skip
    path = get_settings().home / "dbt" / "target" / "manifest.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(made))


def catalogue() -> pl.DataFrame:
    """Return the catalogue of the made-up indicators with all columns; what has no bearing here is empty."""
    rows = pl.read_csv(_CATALOGUE.encode(), infer_schema=False)
    headline = {code: str(place) for place, code in enumerate(HEADLINE, 1)}
    money = pl.col("theme") == "finance"
    return rows.with_columns(
        *(pl.lit("").alias(name) for name in _EMPTY),
        kind=pl.lit("statistic"), origin=pl.lit("computed"), definition_en=pl.col("name_en") + ", as defined here.",
        definition_vi=pl.col("name_vi") + ", theo định nghĩa này.",
        numerator_en=pl.when(money).then(pl.lit("Dong")).otherwise(pl.lit("Persons")),
        periodicity=pl.lit("monthly"), source_numerator=pl.lit("VSS ledger"), definition_status=pl.lit("made up"),
        method_version=pl.lit("1"), direction=pl.lit("up"),
        linked=pl.when(money).then(pl.lit("false")).otherwise(pl.lit("true")),
        headline=pl.col("indicator").replace_strict(headline, default=None, return_dtype=pl.String),
    )  # fmt: skip


def progress(figures: pl.DataFrame) -> pl.DataFrame:
    """Return the distance of the newest headline rates to a target, national and by province."""
    rates = figures.filter(
        pl.col("indicator").is_in(HEADLINE), area_list="34", sex="_T", age="_T", period=_newest(figures)
    )
    distance = pl.col("value") - TARGET
    return rates.select(
        "indicator", "area_list", "area", "period", "value",
        target_period=pl.lit("2025"), operator=pl.lit(">="), target_value=pl.lit(TARGET), source=pl.lit("Made up"),
        distance=distance, required_pace=(-distance).clip(0), observed_pace=pl.lit(1.0),
        status=pl.when(distance >= 0).then(pl.lit("met")).when(distance > -1).then(pl.lit("on_track"))
        .when(distance.is_not_null()).then(pl.lit("off_track")).otherwise(pl.lit("no_data")),
    )  # fmt: skip


def reconciliation(figures: pl.DataFrame) -> pl.DataFrame:
    """Return the newest national rate and count of SI beside what somebody else published."""
    newest = figures.filter(
        pl.col("indicator").is_in(["SI_COV", "SI_NUM"]), area_list="34", area="VN", sex="_T", age="_T", category="_T",
        period=_newest(figures),
    )  # fmt: skip
    count = pl.col("unit") == "PS"
    published = pl.when(count).then(20_100_000.0).otherwise(42.4)
    scale = pl.when(count).then(0.0006).otherwise(1.0)
    return newest.select(
        "indicator", "period", "area",
        published_as=pl.when(count).then(pl.lit("SI participants, total")).otherwise(pl.lit("SI coverage")),
        published=published, published_unit=pl.when(count).then(pl.lit("PS")).otherwise(pl.lit("PT")),
        computed=pl.col("value"), scale=scale, difference=(pl.col("value") - scale * published).round(4),
        base_as_worded=pl.when(count).then(pl.lit("")).otherwise(pl.lit(LABOUR)),
        breakdown=pl.lit("_T"), category=pl.lit("_T"),
        bridge_en=pl.lit("Another population."), bridge_vi=pl.lit("Dân số khác."),
        source_title=pl.lit("A report"), source_url=pl.lit("https://example.org/report"),
    )  # fmt: skip


def _newest(figures: pl.DataFrame) -> str:
    return str(figures.filter(freq="M")["period"].max())


def areas() -> pl.DataFrame:
    """Return the provinces as the publication reads them."""
    return (
        _dim_area()
        .filter(pl.col("area") != "VN")
        .with_columns(successor=pl.when(area_list="63").then(pl.col("area_34_key").str.slice(3)))
    )


def _seed(name: str) -> pl.DataFrame:
    return pl.read_csv(SEEDS / f"{name}.csv", infer_schema=False)


def _links() -> pl.DataFrame:
    """Link rates of two registries, and one of too few records to be published."""
    rows = [("_T", "VN", 1000.0, 99.4321), ("tax", "VN", 700.0, 98.7654), ("tax", "24", 99.0, 50.0)]
    return pl.DataFrame(rows, schema=["registry", "area", "records", "rate"], orient="row").with_columns(
        period=pl.lit("2025-07"), sex=pl.lit("_T"), age=pl.lit("_T")
    )


def _dim_area() -> pl.DataFrame:
    """Provinces as `bi.dim_area` shows them, with the country in both lists."""
    provinces = _seed("province").unique(["area_list", "area"], keep="last", maintain_order=True)
    known = provinces.join(crosswalk(), left_on="area", right_on="old_code", how="left").select(
        "area_list", "area", "name_en", "name_vi",
        area_34_key=pl.format("34-{}", pl.when(area_list="63").then("new_code").otherwise("area")),
    )  # fmt: skip
    country = pl.DataFrame(
        [(number, "VN", "Viet Nam", "Việt Nam", "34-VN") for number in ("34", "63")], schema=known.schema, orient="row"
    )
    return pl.concat([known, country])
