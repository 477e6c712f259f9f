"""SDMX 3.0: structure, reference metadata and data, each read back before it counts as written."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl
from lxml import etree
from pysdmx.io.format import Format
from pysdmx.io.reader import read_sdmx
from pysdmx.io.writer import write_sdmx
from pysdmx.model import MetadataAttribute, MetadataReport, Organisation
from pysdmx.model.message import Header

from ansinh.errors import AnsinhError
from publication import sdmx_data
from publication.inputs import Labels
from publication.sdmx_structure import AGENCY, METADATA, VERSION, Structure, structure

FILES = ("indicators.sdmx.csv", "indicators.sdmx.zip", "structure.sdmx.xml", "metadata.sdmx.xml")

_COMMON = "{http://www.sdmx.org/resources/sdmxml/schemas/v3_0/common}"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def write(figures: pl.DataFrame, labels: Labels, folder: Path, message: str, moment: dt.datetime) -> None:
    """Write the figures, their structure and the catalogue as reference metadata: the files `FILES`.

    Args:
        figures: published figures, after disclosure control.
        labels: what explains them.
        folder: where to write.
        message: identifier of the messages, the release.
        moment: when the messages count as prepared.

    Raises:
        AnsinhError: a file does not read back as it was written.
    """
    parts = structure(figures, labels)
    header = Header(id=message, prepared=moment, sender=Organisation(AGENCY, name="Vietnam Social Security"))
    frame = sdmx_data.frame(figures)
    csv, ml, definition, metadata = (folder / name for name in FILES)
    sdmx_data.write_csv(frame, csv)
    sdmx_data.write_ml(frame, ml, message, moment)
    write_structure(parts, definition, header)
    write_metadata(reports(labels), metadata, header)
    sdmx_data.check(frame, csv, ml, parts)


def write_structure(parts: Structure, path: Path, header: Header) -> None:
    """Write code lists, concepts, data and metadata structure with English and Vietnamese names; read them back."""
    artefacts = [
        *parts.codelists.values(), parts.concepts, parts.definition, parts.flow, parts.metadata, parts.metadata_flow,
    ]  # fmt: skip
    write_sdmx(artefacts, Format.STRUCTURE_SDMX_ML_3_0, str(path), header=header)
    _add_vietnamese(path, parts.vietnamese)
    message = read_sdmx(str(path), validate=True)
    read = {
        "components": [part.id for part in message.get_data_structure_definitions()[0].components],
        "codes": {item.id: [code.id for code in item.items] for item in message.get_codelists()},
        "metadata": [part.id for part in message.get_metadata_structures()[0].components],
    }
    written = {
        "components": [part.id for part in parts.definition.components],
        "codes": {item.id: [code.id for code in item.items] for item in parts.codelists.values()},
        "metadata": [part.id for part in parts.metadata.components],
    }
    if wrong := [name for name in written if read[name] != written[name]]:
        raise _differs("structure", wrong)


def reports(labels: Labels) -> list[MetadataReport]:
    """Return the reference metadata: a report per indicator, in English and Vietnamese."""
    flow = f"urn:sdmx:org.sdmx.infomodel.metadatastructure.Metadataflow={AGENCY}:MDF_ANSINH({VERSION})"
    code = f"urn:sdmx:org.sdmx.infomodel.codelist.Code={AGENCY}:CL_SERIES({VERSION})"
    return [
        MetadataReport(
            row["indicator"], name=row["name_en"], agency=AGENCY, version=VERSION, metadataflow=flow,
            targets=[f"{code}.{row['indicator']}"],
            attributes=[MetadataAttribute(name, text) for name in METADATA if (text := row[name.lower()])],
        )
        for row in labels.indicators.iter_rows(named=True)
    ]  # fmt: skip


def write_metadata(written: list[MetadataReport], path: Path, header: Header) -> None:
    """Write reference metadata as SDMX-ML 3.0 and read them back."""
    write_sdmx(written, Format.REFMETA_SDMX_ML_3_0, str(path), header=header)
    read = {report.id: _texts(report) for report in read_sdmx(str(path), validate=True).get_reports()}
    if wrong := [report.id for report in written if read.get(report.id) != _texts(report)]:
        raise _differs("reference metadata", wrong)


def _texts(report: MetadataReport) -> dict[str, Any]:
    return {attribute.id: attribute.value for attribute in report.attributes}


def _add_vietnamese(path: Path, names: dict[tuple[str, str], str]) -> None:
    """Give the codes their Vietnamese names; pysdmx writes one language."""
    tree = etree.parse(path)
    for code in tree.iter("{*}Code"):
        parent, english = code.getparent(), code.find(f"{_COMMON}Name")
        if parent is None or english is None:
            continue
        if own := names.get((str(parent.get("id")), str(code.get("id")))):
            name = etree.Element(f"{_COMMON}Name", {_LANGUAGE: "vi"})
            name.text, name.tail = own, english.tail
            english.addnext(name)
    tree.write(path, encoding="UTF-8", xml_declaration=True)


def _differs(what: str, parts: list[str]) -> AnsinhError:
    return AnsinhError(
        f"The SDMX {what} reads back otherwise: {', '.join(parts)}.", "Report this; nothing was published."
    )
