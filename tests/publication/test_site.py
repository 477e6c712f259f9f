"""The website of a release: both languages, no network, no script, readable without seeing charts and maps."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import polars as pl
import pytest
from lxml import html

from publication import site, tables
from publication.inputs import Labels
from publication.ledger import Release
from publication.site.chart import Series
from publication.site.choropleth import classify, draw
from publication.texts import LANGUAGES, texts
from tests.publication import country, country_labels

HIDDEN = "04"
"""A province whose coverage is suppressed; before that its numbers were these."""

SECRETS = {"value": 77.7777, "numerator": 424_242.0, "denominator": 545_451.0, "lower": 77.1234, "upper": 78.4321}
DISTANCE = 32.7777
REVISION = {
    "previous_id": "2025-07-preliminary-1", "indicator": "SI_COV", "compared": 900, "moved": 120, "hidden": 1,
    "shown": 0, "added": 0, "removed": 0, "largest_change": 0.4, "unit": "PT", "causes": ["late data", "linkage"],
}  # fmt: skip


FACTS = {
    "SI_COV": {
        "models": [{"name": "ind_si_cov", "layer": "indicators", "description": "Participants of social insurance."}],
        "data_sets": [{
            "registry": "vss", "dataset": "contribution", "use": "figures", "first": "2024-12", "last": "2025-07",
            "batches": 8, "rows_received": 123456, "rows_accepted": 123400, "rows_held": 56,
        }],
        "unknown": {"area": 0.3, "sex": 0.0, "age": None},
        "linkage": [{"registry": "_T", "rate": 99.4}, {"registry": "tax", "rate": 98.8}],
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def figures() -> pl.DataFrame:
    """Published rows of two months; one province of one indicator, and all of another indicator, are suppressed."""
    working = country.observations(60_000, "2025-06", "2025-07")
    province = (pl.col("indicator") == "SI_COV") & (pl.col("area") == HIDDEN)
    hide = province | (pl.col("indicator") == "UI_COV")
    hidden = working.with_columns(
        **{name: pl.when(~hide).then(pl.col(name)) for name in SECRETS},
        conf_status=pl.when(province).then(pl.lit("C")).when(hide).then(pl.lit("D")).otherwise(pl.lit("F")),
        obs_status=pl.when(hide).then(pl.lit("Q")).otherwise("obs_status"),
    )
    return tables.figures(hidden, country_labels.areas(), "preliminary")


@pytest.fixture(scope="module")
def labels(figures: pl.DataFrame) -> Labels:
    """Labels as the database gives them: the progress of the suppressed province and country is in them."""
    known = figures.with_columns(
        value=pl.when(pl.col("conf_status") == "F").then("value").otherwise(country_labels.TARGET + DISTANCE)
    )
    return country_labels.labels(known)


@pytest.fixture(scope="module")
def release() -> Release:
    return Release(
        "2025-07-preliminary-2",
        "2025-07",
        "preliminary",
        "ab" * 32,
        Path("unused"),
        dt.datetime(2025, 8, 6, 9),
        dt.datetime(2025, 8, 5),
    )


@pytest.fixture(scope="module")
def folder(figures: pl.DataFrame, labels: Labels, release: Release, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _write(release, figures, labels, tmp_path_factory.mktemp("release"))


def _write(release: Release, figures: pl.DataFrame, labels: Labels, folder: Path) -> Path:
    (folder / "indicators.csv").write_text("")
    site.write(release, figures, labels, 5, [REVISION], FACTS, folder)
    (folder / "manifest.json").write_text("{}")
    return folder


@pytest.fixture(scope="module")
def pages(folder: Path) -> dict[str, html.HtmlElement]:
    return {path.relative_to(folder).as_posix(): html.fromstring(path.read_bytes()) for path in _paths(folder)}


def _paths(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.html"))


def _of(pages: dict[str, html.HtmlElement], code: str) -> Iterator[tuple[str, html.HtmlElement]]:
    return ((language, pages[f"site/{site.page_of(code, language)}"]) for language in LANGUAGES)


def test_every_indicator_has_a_page_in_both_languages(pages: dict[str, html.HtmlElement]) -> None:
    names = {f"site/{site.page_of(code, language)}" for code in country.INDICATORS for language in LANGUAGES}
    assert set(pages) == names | set(site.PAGES.values())
    catalogue = {row["indicator"]: row for row in country_labels.catalogue().iter_rows(named=True)}
    for code, row in catalogue.items():
        for language, page in _of(pages, code):
            assert page.get("lang") == language
            assert [heading.text for heading in page.xpath("//h1")] == [row[f"name_{language}"]]
            assert row[f"definition_{language}"] in page.text_content()
            assert unicodedata.is_normalized("NFC", page.text_content())


def test_the_overview_leads_to_every_indicator(pages: dict[str, html.HtmlElement]) -> None:
    for language, name in site.PAGES.items():
        listed = pages[name].xpath("//section[@id='indicators']//tbody//a/@href")
        assert sorted(listed) == sorted(f"site/{site.page_of(code, language)}" for code in country.INDICATORS)
        assert len(pages[name].xpath("//article")) == len(country.HEADLINE)
        assert len(pages[name].xpath("//article//*[contains(@class, 'pill')]")) >= len(country.HEADLINE) - 1


def test_links_lead_somewhere_and_nothing_is_loaded_from_elsewhere(
    folder: Path, pages: dict[str, html.HtmlElement]
) -> None:
    for name, page in pages.items():
        assert not page.xpath("//script | //iframe | //object | //@src | //@onclick | //@onload")
        for element in page.xpath("//*[@href]"):
            parts = urlsplit(element.get("href"))
            if parts.scheme:
                assert element.tag == "a"
                assert "noreferrer" in element.get("rel")
                continue
            target = (folder / name).parent / parts.path if parts.path else folder / name
            assert target.is_file(), (name, element.get("href"))
            if parts.fragment:
                linked = pages[target.resolve().relative_to(folder.resolve()).as_posix()]
                assert linked.xpath(f"//*[@id='{parts.fragment}']"), (name, element.get("href"))
    style = (folder / "site" / "style.css").read_text()
    assert "url(" not in style
    assert "@import" not in style


def test_the_languages_link_to_each_other(pages: dict[str, html.HtmlElement]) -> None:
    for (language, page), other in zip(_of(pages, "SI_COV"), ("vi", "en"), strict=True):
        [link] = page.xpath("//header//a")
        assert (link.get("href"), link.get("lang")) == (site.page_of("SI_COV", other), other), language


def test_pictures_can_be_heard_and_identifiers_are_unique(pages: dict[str, html.HtmlElement]) -> None:
    for name, page in pages.items():
        identifiers = page.xpath("//@id")
        assert len(identifiers) == len(set(identifiers)), name
        for picture in page.xpath("//figure//*[local-name()='svg'][not(@aria-hidden)]"):
            assert picture.get("role") == "img"
            for identifier in picture.get("aria-labelledby").split():
                assert picture.xpath(f".//*[@id='{identifier}']")[0].text, name
        for table in page.xpath("//table"):
            assert table.xpath("./thead//th[@scope='col']")
            assert len(table.xpath("./tbody/tr")) == len(table.xpath("./tbody/tr/th[@scope='row']"))


def test_maps_show_all_provinces_and_both_archipelagos(pages: dict[str, html.HtmlElement]) -> None:
    maps = 0
    for page in pages.values():
        for drawn in page.xpath("//figure[@class='map']/*[local-name()='svg']"):
            maps += 1
            provinces = drawn.xpath(".//*[@class='land']/*[local-name()='path']")
            assert len(provinces) == (63 if "map-63" in drawn.get("aria-labelledby") else 34)
            assert all(province.xpath("./*[local-name()='title']")[0].text for province in provinces)
            words = " ".join(drawn.itertext())
            assert "Quần đảo Hoàng Sa" in words
            assert "Quần đảo Trường Sa" in words
            islands = drawn.xpath(".//*[contains(@class, 'island')]/*[local-name()='path']/@d")
            assert [path.count("M") for path in islands] == [7, 26]
    by_province = set(country.INDICATORS) - {"FUND_BAL"}
    assert maps == len(LANGUAGES) * (len(by_province) + len(country.HEADLINE) - _missing(pages, by_province))


def test_the_map_has_every_province_of_its_list_and_names_its_source(pages: dict[str, html.HtmlElement]) -> None:
    listed = pl.read_csv(Path(site.__file__).parents[2] / "dbt_project/seeds/province.csv", infer_schema=False)
    for (area_list,), provinces in listed.group_by("area_list"):
        shown = draw(dict.fromkeys(provinces["area"], 1.0), str(area_list))
        assert [shape.area for shape in shown.shapes] == sorted(set(provinces["area"]))
        assert {name: shape.area for name, shape in shown.islands.items()} == {"hoang_sa": "48", "truong_sa": "56"}
        assert {shape.rank for shape in (*shown.shapes, *shown.islands.values())} == {1}
    for _, page in _of(pages, "SI_COV"):
        for credit in page.xpath("//figure[@class='map']//*[@class='credit']"):
            assert "Natural Earth" in credit.text
            assert credit.xpath("./a[@rel='license noreferrer']/@href")


def _missing(pages: dict[str, html.HtmlElement], codes: set[str]) -> int:
    """Indicators that have no figures in these two months."""
    return sum(not page.xpath("//section[@id='series']") for code in codes for _, page in list(_of(pages, code))[:1])


def test_suppressed_figures_are_nowhere(folder: Path, pages: dict[str, html.HtmlElement]) -> None:
    written = [f"{abs(number):,.{digits}f}" for number in (*SECRETS.values(), DISTANCE) for digits in (0, 1, 2, 4)]
    telling = {text for text in written if len(re.sub(r"\D", "", text)) >= 3}
    for language, page in _of(pages, "SI_COV"):
        [row] = page.xpath("//section[@id='provinces']//tr[th[text()='Cao Bằng']]")
        assert [cell.xpath("string()") for cell in row.xpath("td")] == ["c", "–", "–", "–"]
        [title] = page.xpath("//section[@id='provinces']//*[local-name()='title'][starts-with(., 'Cao Bằng')]")
        assert title.text == "Cao Bằng: –"
        assert title.getparent().get("class") == "c0"
        text = page.text_content()
        for secret in telling:
            local = secret if language == "en" else secret.translate(str.maketrans(",.", ".,"))
            assert not re.search(rf"(?<![\d.,]){re.escape(local)}(?![\d])", text), local
    assert not (pl.read_csv(folder / "site" / "si_cov.csv").filter(pl.col("conf_status") != "F")["value"].count())


def test_an_indicator_with_every_figure_suppressed_has_a_page_and_no_chart(pages: dict[str, html.HtmlElement]) -> None:
    for language, page in _of(pages, "UI_COV"):
        assert texts()["hidden_value"][language] in page.xpath("string(//section[@id='figure'])")
        assert not page.xpath("//*[@id='chart-ui_cov-title']")
        assert not page.xpath("//section[@id='targets']//*[contains(@class, 'pill')]")
    assert [page.xpath("count(//*[@id='chart-si_cov-title'])") for _, page in _of(pages, "SI_COV")] == [1, 1]


def test_the_page_tells_targets_breaks_groups_comparison_and_revision(pages: dict[str, html.HtmlElement]) -> None:
    page = pages["site/si_cov.html"]
    assert "Law 41/2024/QH15" in page.xpath("string(//section[@id='series'])")
    assert "Nhóm đối tượng bắt buộc mới" in pages["site/si_cov.vi.html"].text_content()
    assert "about 45%" in page.xpath("string(//section[@id='targets'])")
    assert "42.4" in page.xpath("string(//section[@id='compared'])")
    revision = page.xpath("string(//section[@id='revisions'])")
    assert all(words in revision for words in ("2025-07-preliminary-1", "120", "0.40 points", "late data"))
    groups = pages["site/si_num.vi.html"].xpath("//section[@id='groups']//h3/text()")
    assert groups == ["Giới tính", "Nhóm tuổi", "Loại hình tham gia", "Loại hình kinh tế"]
    assert "fewer than 5 persons" in page.xpath("string(//section[@id='notes'])")
    assert pages["site/si_cov.html"].xpath("//details//h2 | //details/summary")[0].text.endswith("June 2025")


def test_the_page_tells_why_the_number_is_what_it_is(pages: dict[str, html.HtmlElement]) -> None:
    for language, page in _of(pages, "SI_COV"):
        why = " ".join(page.xpath("string(//section[@id='why'])").split())
        received, unknown = {"en": ("123,456", "0.3%"), "vi": ("123.456", "0,3%")}[language]
        for words in ("contribution", received, unknown, "ind_si_cov", "--period 2025-07"):
            assert words in why
        rates = page.xpath("//section[@id='method']//table//td/text()")
        assert rates == {"en": ["99.4", "98.8"], "vi": ["99,4", "98,8"]}[language]
    assert not pages["site/late_rate.html"].xpath("//section[@id='why']")


def test_values_are_written_in_the_form_of_the_language(pages: dict[str, html.HtmlElement]) -> None:
    shown = {language: page.xpath("string((//p[@class='value'])[1])") for language, page in _of(pages, "SI_COV")}
    assert shown["en"].replace(".", ",") == shown["vi"]
    assert re.match(r"\d+\.\d %", shown["en"])


def test_synthetic_data_are_named_as_such_and_real_ones_are_not(
    pages: dict[str, html.HtmlElement], figures: pl.DataFrame, labels: Labels, release: Release, tmp_path: Path
) -> None:
    for name, page in pages.items():
        [notice] = page.xpath("//*[@role='note']")
        assert notice.text == texts()["synthetic"]["vi" if ".vi." in name else "en"]
    survey = labels.sources.with_columns(source=pl.lit("Labour force survey 2025"))
    real = _write(release, figures.filter(indicator="SI_COV"), replace(labels, sources=survey), tmp_path)
    page = html.fromstring((real / "index.html").read_bytes())
    assert not page.xpath("//*[@role='note']")
    assert page.xpath("boolean(//*[contains(text(), 'Labour force survey 2025')])")


def test_the_same_figures_make_the_same_bytes(
    folder: Path, figures: pl.DataFrame, labels: Labels, release: Release, tmp_path: Path
) -> None:
    again = _write(release, figures, labels, tmp_path)
    files: dict[str, Any] = {path.relative_to(again).as_posix(): path.read_bytes() for path in again.rglob("*.*")}
    assert files == {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.*")}


def test_the_axis_ends_at_a_hundred_per_cent_unless_a_value_is_above() -> None:
    none = [None, None]
    assert Series(["a", "b"], [90.0, 99.9], none, none, percent=True).span[1] == 100
    assert Series(["a", "b"], [90.0, 120.0], none, none, percent=True).span[1] > 120
    assert Series(["a", "b"], [1.0, 50.0], none, none).span[0] == 0
    assert Series(["a", "b"], [-5.0, 50.0], none, none).span[0] < -5


def test_classes_part_no_equal_values() -> None:
    assert classify([]) == []
    assert classify([3.0, 3.0, 3.0]) == [(3.0, 3.0)]
    assert classify([float(number) for number in range(10)]) == [(0, 1), (2, 3), (4, 5), (6, 7), (8, 9)]
    assert classify([1.0, 1.0, 1.0, 1.0, 9.0]) == [(1.0, 1.0), (9.0, 9.0)]
