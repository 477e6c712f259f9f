"""Formats: each tells the same figures, none a hidden one, in both languages, the same bytes every time."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import polars as pl
import pyarrow.parquet as pq
import pytest
from pysdmx.io import get_datasets
from pysdmx.io.reader import read_sdmx

from ansinh.errors import AnsinhError
from publication import formats, inputs, sdmx, sdmx_structure, tables, xlsx
from publication.inputs import Labels
from publication.ledger import Release
from tests.publication import country, country_labels

MOMENT = dt.datetime(2025, 8, 6, 9, tzinfo=dt.timezone(dt.timedelta(hours=7)))
RELEASE = Release("2025-07-preliminary-1", "2025-07", "preliminary", "", Path(), MOMENT, MOMENT)
NUMBERS = ["numerator", "denominator", "value", "lower", "upper"]


def hidden(observations: pl.DataFrame) -> pl.DataFrame:
    """Hide every seventh figure, as disclosure control leaves it."""
    out = pl.int_range(pl.len()) % 7 == 3
    return observations.with_columns(
        *(pl.when(~out).then(name).alias(name) for name in NUMBERS),
        obs_status=pl.when(out).then(pl.lit("Q")).otherwise("obs_status"),
        conf_status=pl.when(out).then(pl.lit("C")).otherwise(pl.lit("F")),
    )


@pytest.fixture(scope="module")
def figures() -> pl.DataFrame:
    working = country.observations(20_000, "2025-06", "2025-07")
    return tables.figures(hidden(working), country_labels.areas(), "preliminary")


@pytest.fixture(scope="module")
def labels(figures: pl.DataFrame) -> Labels:
    return country_labels.labels(country.observations(20_000, "2025-06", "2025-07"))


@pytest.fixture(scope="module")
def folder(figures: pl.DataFrame, labels: Labels, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("formats")
    formats.write(RELEASE, figures, labels, made)
    return made


def exchanged(folder: Path) -> pl.DataFrame:
    return pl.read_csv(folder / "indicators.sdmx.csv", infer_schema=False).select(list(sdmx_structure.PARTS))


def unpacked(folder: Path, tmp_path: Path) -> Path:
    with zipfile.ZipFile(folder / "indicators.sdmx.zip") as archive:
        return Path(archive.extract(archive.namelist()[0], tmp_path))


def test_csv_and_parquet_hold_the_figures(folder: Path, figures: pl.DataFrame) -> None:
    assert pl.read_parquet(folder / "indicators.parquet").equals(figures)
    read = pl.read_csv(folder / "indicators.csv", infer_schema=False).with_columns(pl.col(NUMBERS).cast(pl.Float64))
    assert read.equals(figures)
    assert not re.search(r"\d\.0\b", (folder / "indicators.csv").read_text(encoding="utf-8"))


def test_every_column_is_described_in_both_languages(folder: Path, figures: pl.DataFrame) -> None:
    dictionary = json.loads((folder / "indicators.csv-metadata.json").read_text(encoding="utf-8"))
    columns = dictionary["tableSchema"]["columns"]
    assert [column["name"] for column in columns] == figures.columns
    assert dictionary["tableSchema"]["primaryKey"] == list(inputs.KEY)
    schema = pq.read_schema(folder / "indicators.parquet")
    for column in columns:
        assert {text["@language"] for text in column["dc:description"] if text["@value"]} == {"en", "vi"}
        assert schema.field(column["name"]).metadata[b"title_vi"].decode() == column["titles"]["vi"]
        assert column["required"] <= (figures[column["name"]].null_count() == 0)


def test_pysdmx_reads_csv_and_xml_alike(figures: pl.DataFrame, labels: Labels, tmp_path: Path) -> None:
    figures = figures.gather_every(13)
    sdmx.write(figures, labels, tmp_path, "TEST", MOMENT)
    structure = str(tmp_path / "structure.sdmx.xml")
    [csv] = get_datasets(str(tmp_path / "indicators.sdmx.csv"), structure)
    xml = unpacked(tmp_path, tmp_path)
    read_sdmx(str(xml), validate=True)
    [ml] = get_datasets(str(xml), structure)
    order = [*sdmx_structure.SERIES_KEY, "TIME_PERIOD"]
    frames = [
        pl.from_pandas(one.data.astype(str)).select(sorted(one.data.columns)).sort(order).cast(pl.String)
        .with_columns(pl.all().replace({"nan": None, "": None, "None": None, "<NA>": None}))
        .with_columns(pl.col(sdmx_structure.NUMBERS).cast(pl.Float64))
        for one in (csv, ml)
    ]  # fmt: skip
    assert frames[0].height == figures.height
    assert frames[0].equals(frames[1])
    assert frames[0]["OBS_VALUE"].sum() == pytest.approx(figures["value"].sum())


def test_breakdowns_have_their_place_in_sdmx(folder: Path) -> None:
    rows = exchanged(folder).filter(SERIES="SI_NUM", REF_AREA="VN", TIME_PERIOD="2025-07", SEX="_T", AGE="_T")
    assert set(rows["CUST_BREAKDOWN"]) >= {"_T", "scheme-compulsory", "ownership-_U"}
    assert set(rows["FREQ"]) == {"M"} and set(rows["UNIT_MEASURE"]) == {"PS"}
    quarters = exchanged(folder).filter(SERIES="UNEMP_COV")
    assert set(quarters["FREQ"]) == {"Q"} and set(quarters["TIME_PERIOD"]) == {"2025-Q2"}


def test_the_structure_follows_the_global_one_and_says_where_not(folder: Path) -> None:
    message = read_sdmx(str(folder / "structure.sdmx.xml"), validate=True)
    definition = message.get_data_structure_definitions()[0]
    ours = [component.id for component in definition.components]
    in_global_order = ["FREQ", "REPORTING_TYPE", "SERIES", "REF_AREA", "SEX", "AGE", "URBANISATION", "CUST_BREAKDOWN",
                       "ACTIVITY", "TIME_PERIOD", "OBS_VALUE"]  # fmt: skip
    assert [name for name in ours if name in in_global_order] == in_global_order
    for name in set(ours) - set(in_global_order) - {"UNIT_MEASURE", "OBS_STATUS", "LOWER_BOUND", "UPPER_BOUND"}:
        assert name in str(definition.description)
    text = (folder / "structure.sdmx.xml").read_text(encoding="utf-8")
    assert '<com:Name xml:lang="vi">Lào Cai</com:Name>' in text


def test_reference_metadata_hold_the_catalogue(folder: Path, labels: Labels) -> None:
    reports = {one.id: one for one in read_sdmx(str(folder / "metadata.sdmx.xml"), validate=True).get_reports()}
    for row in labels.indicators.iter_rows(named=True):
        told = {attribute.id: attribute.value for attribute in reports[row["indicator"]].attributes}
        assert told == {name: row[name.lower()] for name in sdmx_structure.METADATA if row[name.lower()]}
        assert reports[row["indicator"]].targets[0].endswith(f"CL_SERIES(2.0).{row['indicator']}")


def test_no_format_tells_a_hidden_figure(folder: Path, figures: pl.DataFrame, tmp_path: Path) -> None:
    count = figures.filter(conf_status="C").height
    rows = exchanged(folder).filter(pl.col("CONF_STATUS") != "F")
    assert rows.height == count > 0
    assert rows.select(sdmx_structure.NUMBERS).null_count().sum_horizontal()[0] == 5 * count
    xml = unpacked(folder, tmp_path).read_text(encoding="utf-8")
    secret = re.findall(r"<Obs [^>]*CONF_STATUS=\"C\"[^>]*/>", xml)
    assert len(secret) == count
    assert not any(name in one for one in secret for name in sdmx_structure.NUMBERS)
    assert not {"contributors", "largest_1", "largest_2"} & set(figures.columns)


def test_the_workbook_leads_from_its_contents_to_each_indicator(folder: Path, figures: pl.DataFrame) -> None:
    book = openpyxl.load_workbook(folder / "indicators.xlsx")
    codes = figures["indicator"].unique(maintain_order=True).to_list()
    assert book.sheetnames == ["Contents", "Notes", *codes]
    links = [cell.hyperlink.location for row in book["Contents"]["A5:A40"] for cell in row if cell.hyperlink]
    assert links == [f"'{code}'!A1" for code in codes]
    for code in codes:
        sheet = book[code]
        assert sheet.freeze_panes == "C7"
        assert sheet.auto_filter.ref
    assert book["SI_NUM"]["H7"].number_format == "#,##0"
    assert "Việt Nam" in [cell.value for cell in book["SI_COV"]["B"]]


def test_the_workbook_shows_what_it_says(folder: Path, figures: pl.DataFrame) -> None:
    sheet = openpyxl.load_workbook(folder / "indicators.xlsx")["SI_NUM"]
    header = [cell.value for cell in sheet[6]]
    place = header.index("2025-07")
    shown = [row[place].value for row in sheet.iter_rows(min_row=7) if row[6].value.startswith("Value")]
    wanted = xlsx.shown(figures.filter(indicator="SI_NUM")).filter(period="2025-07", measure="value")
    assert shown == [xlsx.HIDDEN if status == "Q" else figure for *_, figure, status in wanted.iter_rows()]
    assert xlsx.HIDDEN in shown


def test_the_same_arguments_give_the_same_bytes(
    folder: Path, figures: pl.DataFrame, labels: Labels, tmp_path: Path
) -> None:
    formats.write(RELEASE, figures, labels, tmp_path)
    hashes = [
        {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in one.iterdir()}
        for one in (folder, tmp_path)
    ]
    assert hashes[0] == hashes[1]
    for name in ("indicators.xlsx", "indicators.sdmx.zip"):
        with zipfile.ZipFile(folder / name) as archive:
            assert {info.date_time[0] for info in archive.infolist()} == {1980}
    properties = openpyxl.load_workbook(io.BytesIO((folder / "indicators.xlsx").read_bytes())).properties
    assert (properties.created, properties.modified) == (MOMENT.replace(tzinfo=None),) * 2


def test_a_code_that_no_list_has_stops_the_release(figures: pl.DataFrame, labels: Labels, tmp_path: Path) -> None:
    lacking = replace(labels, categories=labels.categories.filter(pl.col("breakdown") != "scheme"))
    with pytest.raises(AnsinhError, match="CUST_BREAKDOWN has the unknown codes scheme-compulsory"):
        formats.write(RELEASE, figures.filter(indicator="SI_NUM"), lacking, tmp_path)


def test_quarters_and_odd_characters_are_written(figures: pl.DataFrame, labels: Labels, tmp_path: Path) -> None:
    quarters = figures.filter(freq="Q", area="VN").with_columns(denominator_concept=pl.lit('men & "women" < 60'))
    part = quarters.head(1).with_columns(breakdown=pl.lit("fund"), category=pl.lit("1.02"))
    named = pl.DataFrame([("fund", "1.02", "A fund", "Quỹ", "9")], schema=labels.categories.schema, orient="row")
    odd = replace(labels, categories=labels.categories.vstack(named))
    formats.write(replace(RELEASE, period="2025-Q2"), pl.concat([quarters, part]), odd, tmp_path)
    rows = exchanged(tmp_path)
    assert set(rows["CUST_BREAKDOWN"]) == {"_T", "fund-1_02"}
    assert set(rows["DENOMINATOR_CONCEPT"]) == {'men & "women" < 60'}
    assert openpyxl.load_workbook(tmp_path / "indicators.xlsx").sheetnames == ["Contents", "Notes", "UNEMP_COV"]


def test_labels_say_nothing_of_hidden_figures() -> None:
    working = country.observations(20_000, "2025-06", "2025-07")
    labels = country_labels.labels(working)
    free = tables.figures(hidden(working), country_labels.areas(), "preliminary").with_columns(conf_status=pl.lit("F"))
    assert inputs.disclosed(labels, free).progress.equals(labels.progress)
    cell = (pl.col("area") == "15") & (pl.col("period") == "2025-06") & (pl.col("indicator") == "SI_COV")
    earlier = inputs.disclosed(
        labels, free.with_columns(conf_status=pl.when(cell).then(pl.lit("C")).otherwise("conf_status"))
    )
    row = earlier.progress.row(by_predicate=(pl.col("area") == "15") & (pl.col("indicator") == "SI_COV"), named=True)
    assert row["value"] is not None and row["observed_pace"] is None
    now = free.with_columns(
        conf_status=pl.when(pl.col("period") == "2025-07").then(pl.lit("C")).otherwise("conf_status")
    )
    shut = inputs.disclosed(labels, now)
    assert set(shut.progress["status"]) == {"no_data"}
    assert shut.progress.select("value", "distance", "required_pace", "observed_pace").null_count().rows() == [
        (labels.progress.height,) * 4
    ]
    assert shut.reconciliation.select("computed", "difference").null_count().rows() == [(2, 2)]
