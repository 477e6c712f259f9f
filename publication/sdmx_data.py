"""The figures as SDMX data: SDMX-CSV 2.0, and SDMX-ML 3.0 by series in a ZIP file.

Both are written from one frame by polars, since a country has hundreds of thousands of figures, and read back in full:
the CSV with pysdmx, the XML as a stream.
"""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path
from typing import cast

import numpy as np
import polars as pl
from lxml import etree
from pysdmx.io.pd import PandasDataset
from pysdmx.io.reader import read_sdmx

from ansinh.errors import AnsinhError
from publication.sdmx_structure import (
    AGENCY,
    NOT_IN_CODES,
    NUMBERS,
    PARTS,
    SERIES_ATTRIBUTES,
    SERIES_KEY,
    TOTAL,
    VERSION,
    Structure,
)
from publication.tables import plain

_FLOW = f"{AGENCY}:DF_ANSINH({VERSION})"
_URN = f"urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow={_FLOW}"
_SCHEMAS = "http://www.sdmx.org/resources/sdmxml/schemas/v3_0"
_OPENING = f"""<?xml version="1.0" encoding="UTF-8"?>
<mes:StructureSpecificData xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:mes="{_SCHEMAS}/message"\
 xmlns:ss="{_SCHEMAS}/data/structurespecific" xmlns:com="{_SCHEMAS}/common"\
 xmlns:ns1="{_URN}:ObsLevelDim:TIME_PERIOD">
<mes:Header>
<mes:ID>{{message}}</mes:ID>
<mes:Test>false</mes:Test>
<mes:Prepared>{{prepared}}</mes:Prepared>
<mes:Sender id="{AGENCY}"/>
<mes:Structure structureID="DF_ANSINH" namespace="{_URN}" dimensionAtObservation="TIME_PERIOD">
<com:StructureUsage>{_URN}</com:StructureUsage>
</mes:Structure>
</mes:Header>
<mes:DataSet ss:structureRef="DF_ANSINH" xsi:type="ns1:DataSetType" action="Replace">
"""
_CLOSING = "</mes:DataSet>\n</mes:StructureSpecificData>\n"
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}
_SERIES = [*SERIES_KEY, *SERIES_ATTRIBUTES]
_OBSERVED = [name for name in PARTS if name not in _SERIES]
_OWN_DIMENSION = {"urbanisation": "URBANISATION", "vsic_section": "ACTIVITY"}
"""Breakdowns that have a dimension of their own in SDMX."""


def frame(figures: pl.DataFrame) -> pl.DataFrame:
    """Return published figures with the columns of `PARTS`; numbers are Float64, all else is text."""
    kind, own = pl.col("breakdown"), pl.col("breakdown").is_in(list(_OWN_DIMENSION))
    columns = {
        "FREQ": pl.col("freq"),
        "REPORTING_TYPE": pl.lit("N"),
        "SERIES": pl.col("indicator"),
        "AREA_LIST": pl.col("area_list"),
        "REF_AREA": pl.when(area="VN").then("area").otherwise(pl.format("A{}_{}", "area_list", "area")),
        "SEX": pl.col("sex"),
        "AGE": pl.col("age"),
        **{name: pl.when(breakdown=code).then("category").otherwise(pl.lit(TOTAL))
           for code, name in _OWN_DIMENSION.items()},
        "CUST_BREAKDOWN": pl.when(own | (kind == TOTAL)).then(pl.lit(TOTAL)).otherwise(
            pl.format("{}-{}", "breakdown", "category").str.replace_all(NOT_IN_CODES, "_")
        ),
        "TIME_PERIOD": pl.col("period"),
        "OBS_VALUE": pl.col("value"),
        "UNIT_MEASURE": pl.col("unit"),
        "LOWER_BOUND": pl.col("lower"),
        "UPPER_BOUND": pl.col("upper"),
    }  # fmt: skip
    return figures.select(columns.get(name, pl.col(name.lower())).alias(name) for name in PARTS)


def write_csv(figures: pl.DataFrame, path: Path) -> None:
    """Write a `frame` as SDMX-CSV 2.0; the message replaces what a receiver has."""
    columns = {"STRUCTURE": "dataflow", "STRUCTURE_ID": _FLOW, "ACTION": "R"}
    plain(figures).select(*(pl.lit(text).alias(name) for name, text in columns.items()), *PARTS).write_csv(path)


def write_ml(figures: pl.DataFrame, path: Path, message: str, moment: dt.datetime) -> None:
    """Write a `frame` as SDMX-ML 3.0, one file in a ZIP file that bears no date of its making.

    Args:
        figures: the frame; the observations of a series get into one element, in the order of the frame.
        path: where to write.
        message: identifier of the message.
        moment: when the message counts as prepared.
    """
    escaped = pl.col("DENOMINATOR_CONCEPT").str.replace_many(list(_ESCAPES), list(_ESCAPES.values()))
    texts = plain(figures).with_columns(escaped)
    series = (
        texts.select(
            *_SERIES,
            xml=pl.concat_str(pl.lit("<Obs"), *map(_attribute, _OBSERVED), pl.lit("/>\n")),
        )
        .group_by(_SERIES, maintain_order=True)
        .agg(pl.col("xml").str.join())
        .select(
            pl.concat_str(pl.lit("<Series"), *map(_attribute, _SERIES), pl.lit(">\n"), "xml", pl.lit("</Series>\n"))
        )
    )
    opening = _OPENING.format(message=message, prepared=moment.isoformat(timespec="seconds"))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        inside = zipfile.ZipInfo(f"{path.stem}.xml", (1980, 1, 1, 0, 0, 0))
        inside.compress_type = zipfile.ZIP_DEFLATED
        with archive.open(inside, "w", force_zip64=True) as file:
            file.write(opening.encode())
            for part in series.to_series().to_list():
                file.write(part.encode())
            file.write(_CLOSING.encode())


def read_ml(path: Path) -> pl.DataFrame:
    """Read an SDMX-ML file of `write_ml` as a stream into a frame like the one it was written from."""
    series: list[list[str | None]] = []
    sizes: list[int] = []
    observed: dict[str, list[str | None]] = {name: [] for name in _OBSERVED}
    with zipfile.ZipFile(path) as archive, archive.open(archive.namelist()[0]) as file:
        for _, element in etree.iterparse(file, tag="Series"):
            series.append([element.get(name) for name in _SERIES])
            sizes.append(len(element))
            for observation in element:
                for name, values in observed.items():
                    values.append(observation.get(name))
            element.clear()
    keys = pl.DataFrame(series, schema=dict.fromkeys(_SERIES, pl.String), orient="row")
    rows = keys[np.repeat(np.arange(len(sizes)), sizes)]
    figures = pl.DataFrame(observed, schema=dict.fromkeys(_OBSERVED, pl.String))
    return rows.hstack(figures).select(list(PARTS)).with_columns(pl.col(NUMBERS).cast(pl.Float64))


def check(written: pl.DataFrame, csv: Path, ml: Path, structure: Structure) -> None:
    """Read both files back and compare them with the frame, and each code with its code list.

    Raises:
        AnsinhError: a file differs from what was written, or a code is not in its list.
    """
    dataset = cast("PandasDataset", next(iter(read_sdmx(str(csv), validate=True).data or ())))
    problems = [] if dataset.short_urn == f"Dataflow={_FLOW}" else [f"the dataflow is {dataset.short_urn}"]
    text = dict.fromkeys(PARTS, pl.String)
    read = pl.from_pandas(dataset.data.astype("string[pyarrow]"), schema_overrides=text).select(list(PARTS))
    read = read.with_columns(pl.all().replace("", None)).with_columns(pl.col(NUMBERS).cast(pl.Float64))
    if not read.equals(written):
        problems.append("the observations of the CSV differ")
    order = [*SERIES_KEY, "TIME_PERIOD"]
    if not read_ml(ml).sort(order).equals(written.sort(order)):
        problems.append("the observations of the XML differ")
    for name, codelist in structure.codelists.items():
        unknown = set(written[name].unique()) - {code.id for code in codelist.items}
        if unknown:
            problems.append(f"{name} has the unknown codes {', '.join(sorted(map(str, unknown)))}")
    if problems:
        raise AnsinhError(
            f"The SDMX files do not read back as they were written: {'; '.join(problems)}.",
            "Check the code lists of the indicators; nothing was published.",
        )


def _attribute(name: str) -> pl.Expr:
    """Return the XML attribute of a column, nothing where it has no value."""
    return pl.when(pl.col(name).is_null()).then(pl.lit("")).otherwise(pl.format(f' {name}="{{}}"', name))
