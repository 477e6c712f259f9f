"""The release page: both languages, no network, no script, readable without seeing the charts."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from lxml import html
from psycopg import sql

from ansinh.database import Role, connect
from publication import inputs, page, tables
from publication.disclosure import suppress
from publication.release import Release
from publication.targets import Target
from publication.texts import TEXTS, age_name
from tests.publication import country

LANGUAGES = {"index.html": "en", "index.vi.html": "vi"}


@pytest.fixture(scope="module")
def pages(published: Release) -> dict[str, html.HtmlElement]:
    return {language: _parse(published.path / name) for name, language in LANGUAGES.items()}


def _parse(path: Path) -> html.HtmlElement:
    return html.fromstring(path.read_bytes())


def test_every_heading_is_in_both_languages(pages: dict[str, html.HtmlElement]) -> None:
    for language, other in (("en", "vi"), ("vi", "en")):
        shown = pages[language]
        assert shown.get("lang") == language
        for heading in shown.xpath("//h1 | //h2"):
            beside = heading.getnext()
            assert beside.get("lang") == other
            [text] = [text for text in TEXTS.values() if text[language] == heading.text]
            assert beside.text == text[other]
        assert unicodedata.is_normalized("NFC", shown.text_content())


def test_the_languages_link_to_each_other(pages: dict[str, html.HtmlElement]) -> None:
    assert pages["en"].xpath("//header//a/@href") == ["index.vi.html"]
    assert pages["vi"].xpath("//header//a/@href") == ["index.html"]


def test_the_page_needs_no_network_and_no_script(pages: dict[str, html.HtmlElement]) -> None:
    for shown in pages.values():
        assert not shown.xpath("//script | //img | //iframe | //link[@rel='stylesheet'] | //@src")
        assert "url(" not in shown.xpath("string(//style)")
        assert "@import" not in shown.xpath("string(//style)")


def test_each_indicator_has_its_figure_and_a_chart_that_can_be_heard(pages: dict[str, html.HtmlElement]) -> None:
    for language, shown in pages.items():
        charts = shown.xpath("//figure//*[local-name()='svg'][@role='img']")
        assert len(charts) == len(shown.xpath("//article")) == len(country.INDICATORS)
        for chart in charts:
            named = chart.get("aria-labelledby").split()
            texts = [shown.xpath(f"//*[@id='{name}']")[0].text for name in named]
            assert all(texts)
            assert ("from" if language == "en" else "từ") in texts[1]
    assert "," not in pages["en"].xpath("string((//p[@class='value'])[1])")
    assert "." not in pages["vi"].xpath("string((//p[@class='value'])[1])")


def test_identifiers_are_unique(pages: dict[str, html.HtmlElement]) -> None:
    identifiers = pages["en"].xpath("//@id")
    assert len(identifiers) == len(set(identifiers))


def test_tables_have_all_provinces_with_head_cells(pages: dict[str, html.HtmlElement]) -> None:
    [table] = pages["vi"].xpath("//table[@class='provinces']")
    assert len(table.xpath("./tbody/tr")) == 35
    assert table.xpath("./tbody/tr[1]/th[@scope='row']")[0].text == "Cả nước"
    assert len(table.xpath("./thead/tr/th[@scope='col']")) == 6


def test_downloads_lead_to_files(published: Release, pages: dict[str, html.HtmlElement]) -> None:
    for shown in pages.values():
        targets = shown.xpath("//a[@download]/@href")
        assert len(targets) == 6
        assert all((published.path / target).is_file() for target in targets)


def test_synthetic_data_are_named_as_such(pages: dict[str, html.HtmlElement]) -> None:
    for language, shown in pages.items():
        [notice] = shown.xpath("//*[@role='note']")
        assert TEXTS["synthetic"][language] in notice.text_content()
        assert country.SOURCE in shown.text_content()


def test_real_sources_carry_no_such_notice(published: Release, tmp_path: Path) -> None:
    with connect(Role.PUBLISHER) as connection:
        labels = inputs.labels(connection)
        observations = inputs.observations(connection, sql.SQL("true"))
    figures = tables.figures(suppress(observations, labels.areas, 5), labels.areas, "official")
    survey = labels.sources.with_columns(source=pl.lit("Labour force survey 2025"))
    page.write(published, figures, replace(labels, sources=survey), 5, tmp_path)
    written = _parse(tmp_path / "index.html")
    assert not written.xpath("//*[@role='note']")
    assert "Labour force survey 2025" in written.text_content()


def test_an_indicator_with_every_month_suppressed_has_a_card_and_no_chart(published: Release, tmp_path: Path) -> None:
    with connect(Role.PUBLISHER) as connection:
        labels = inputs.labels(connection)
        observations = inputs.observations(connection, sql.SQL("true"))
    figures = tables.figures(suppress(observations, labels.areas, 5), labels.areas, "official")
    hidden = figures.with_columns(
        pl.when(pl.col("indicator") != "UI_COV").then(pl.col(name)).alias(name)
        for name in ("numerator", "denominator", "value")
    )
    page.write(published, hidden, labels, 5, tmp_path)
    written = _parse(tmp_path / "index.html")
    assert not written.xpath("//*[@id='chart-ui-cov-title']")
    assert written.xpath("//*[@id='chart-si-cov-title']")
    assert "Unemployment insurance" in "".join(written.xpath("//article//h3/text()"))


def test_breaks_and_suppression_are_explained(pages: dict[str, html.HtmlElement]) -> None:
    text = pages["en"].text_content()
    assert "Law 41/2024/QH15" in text
    assert "fewer than 5 persons" in text
    assert "Nhóm đối tượng bắt buộc mới" in pages["vi"].text_content()


@pytest.mark.parametrize(("target", "english", "vietnamese"), [
    (Target("2025", "~", "2.5", ""), "about 2.5%", "khoảng 2,5%"),
    (Target("2025", ">", "95", ""), "more than 95%", "trên 95%"),
    (Target("2025", "=", "95.15", ""), "95.15%", "95,15%"),
    (Target("2024", "between 33 and 33.5", "33-33.5", ""), "33 to 33.5%", "33 đến 33,5%"),
])  # fmt: skip
def test_targets_in_words(target: Target, english: str, vietnamese: str) -> None:
    assert (target.words("en"), target.words("vi")) == (english, vietnamese)


def test_ages_in_words() -> None:
    assert [age_name(code, "en") for code in ("_T", "Y0T5", "Y_GE75")] == [
        "All ages",
        "0 to 5 years",
        "75 years and over",
    ]
    assert age_name("Y15T24", "vi") == "15–24 tuổi"


def test_the_link_rates_of_the_registries_are_shown(pages: dict[str, html.HtmlElement]) -> None:
    for language, (everything, tax) in {"en": ("99.4", "98.8"), "vi": ("99,4", "98,8")}.items():
        [table] = pages[language].xpath(f"//table[../@aria-label='{TEXTS['links'][language]}']")
        assert table.xpath(".//td/text()") == [everything, tax]
