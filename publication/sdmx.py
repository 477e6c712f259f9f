"""The figures as SDMX: a data structure, a dataflow, and SDMX-CSV 2.0 that is read back before it counts as written."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import polars as pl
from pysdmx.io.format import Format
from pysdmx.io.pd import PandasDataset
from pysdmx.io.reader import read_sdmx
from pysdmx.io.writer import write_sdmx
from pysdmx.model import (
    Code,
    Codelist,
    Component,
    Components,
    Concept,
    ConceptScheme,
    Dataflow,
    DataStructureDefinition,
    DataType,
    Role,
    Schema,
)

from ansinh.errors import AnsinhError
from publication.inputs import Labels
from publication.texts import age_name

AGENCY, VERSION = "VSS", "1.0"
_SCHEME = f"{AGENCY}:CS_ANSINH({VERSION})"

# Component, column of the figures, role, type, name.
_COMPONENTS = (
    ("FREQ", "freq", Role.DIMENSION, DataType.STRING, "Frequency"),
    ("INDICATOR", "indicator", Role.DIMENSION, DataType.STRING, "Indicator"),
    ("AREA_LIST", "area_list", Role.DIMENSION, DataType.STRING, "Province list"),
    ("REF_AREA", "ref_area", Role.DIMENSION, DataType.STRING, "Reference area"),
    ("SEX", "sex", Role.DIMENSION, DataType.STRING, "Sex"),
    ("AGE", "age", Role.DIMENSION, DataType.STRING, "Age group"),
    ("TIME_PERIOD", "period", Role.DIMENSION, DataType.PERIOD, "Month"),
    ("OBS_VALUE", "value", Role.MEASURE, DataType.DOUBLE, "Value"),
    ("NUMERATOR", "numerator", Role.MEASURE, DataType.DOUBLE, "Numerator, persons"),
    ("DENOMINATOR", "denominator", Role.MEASURE, DataType.DOUBLE, "Denominator, persons"),
    ("UNIT_MEASURE", "unit", Role.ATTRIBUTE, DataType.STRING, "Unit of measure"),
    ("DENOMINATOR_CONCEPT", "denominator_concept", Role.ATTRIBUTE, DataType.STRING, "Concept of the denominator"),
    ("VINTAGE", "vintage", Role.ATTRIBUTE, DataType.STRING, "Vintage"),
    ("OBS_STATUS", "obs_status", Role.ATTRIBUTE, DataType.STRING, "Observation status"),
    ("CONF_STATUS", "conf_status", Role.ATTRIBUTE, DataType.STRING, "Confidentiality status"),
)
_CODES = {
    "FREQ": {"M": "Monthly"},
    "AREA_LIST": {"34": "34 provinces and cities, from 2025-07-01", "63": "63 provinces and cities, to 2025-06-30"},
    "SEX": {"_T": "Total", "M": "Male", "F": "Female"},
    "UNIT_MEASURE": {"PT": "Percentage"},
    "VINTAGE": {"estimate": "Estimate", "preliminary": "Preliminary", "official": "Official"},
    "OBS_STATUS": {
        "A": "Normal value",
        "B": "Time series break",
        "E": "Estimated value",
        "M": "Missing value",
        "Q": "Missing value; suppressed",
    },
    "CONF_STATUS": {
        "F": "Free (free for publication)",
        "C": "Confidential statistical information",
        "D": "Secondary confidentiality",
    },
}


def write(figures: pl.DataFrame, labels: Labels, data: Path, structure: Path) -> None:
    """Write the figures as SDMX-CSV 2.0 with their structure in SDMX-ML 3.0, read both back and compare.

    An area's code carries its list (`A34_15`, `A63_15`), because seven codes mean another province since 2025-07-01.

    Raises:
        AnsinhError: what was read back is not what was written.
    """
    frame = _frame(figures)
    codelists = _codelists(labels, sorted(figures["age"].unique()))
    concepts = ConceptScheme(
        id="CS_ANSINH", agency=AGENCY, version=VERSION, name="Concepts of the social protection indicators",
        items=[_concept(name, kind, title, codelists) for name, _, _, kind, title in _COMPONENTS],
    )  # fmt: skip
    definition = DataStructureDefinition(
        id="DSD_ANSINH", agency=AGENCY, version=VERSION, name="Social protection indicators of Viet Nam",
        components=Components([_component(*entry[:4], concepts, codelists) for entry in _COMPONENTS]),
    )  # fmt: skip
    flow = Dataflow(
        id="DF_ANSINH", agency=AGENCY, version=VERSION, name="Social protection indicators by month, area, sex and age",
        structure=definition,
    )  # fmt: skip
    schema = Schema(
        context="dataflow", agency=AGENCY, id=flow.id, version=VERSION, name=flow.name, components=definition.components
    )
    dataset = PandasDataset(structure=schema, data=frame.to_pandas(use_pyarrow_extension_array=True))
    write_sdmx([dataset], Format.DATA_SDMX_CSV_2_0_0, str(data))
    write_sdmx([*codelists.values(), concepts, definition, flow], Format.STRUCTURE_SDMX_ML_3_0, str(structure))
    _check_structure(structure, definition)
    _check_data(data, frame, codelists)


def _frame(figures: pl.DataFrame) -> pl.DataFrame:
    area = pl.when(pl.col("area") == "VN").then("area").otherwise(pl.format("A{}_{}", "area_list", "area"))
    return figures.with_columns(freq=pl.lit("M"), ref_area=area).select(
        pl.col(column).alias(name) for name, column, *_ in _COMPONENTS
    )


def _codelists(labels: Labels, ages: list[str]) -> dict[str, Codelist]:
    codes = dict(_CODES)
    codes["INDICATOR"] = dict(labels.indicators.select("indicator", "name_en").iter_rows())
    codes["REF_AREA"] = {"VN": "Việt Nam"} | {
        f"A{area_list}_{area}": name for area_list, area, name in
        labels.areas.select("area_list", "area", "name_vi").iter_rows()
    }  # fmt: skip
    codes["AGE"] = {age: age_name(age, "en") for age in ages}
    return {
        component: Codelist(
            id=f"CL_{component}", agency=AGENCY, version=VERSION,
            name=next(title for name, *_, title in _COMPONENTS if name == component),
            items=[Code(code, name=name) for code, name in items.items()],
        )
        for component, items in codes.items()
    }  # fmt: skip


def _concept(name: str, kind: DataType, title: str, codelists: dict[str, Codelist]) -> Concept:
    urn = f"urn:sdmx:org.sdmx.infomodel.conceptscheme.Concept={_SCHEME}.{name}"
    return Concept(name, urn=urn, name=title, dtype=kind, codes=codelists.get(name))


def _component(
    name: str, column: str, role: Role, kind: DataType, concepts: ConceptScheme, codelists: dict[str, Codelist]
) -> Component:
    concept = next(item for item in concepts.items if item.id == name)
    return Component(
        name, required=role != Role.MEASURE, role=role, concept=concept, local_dtype=kind,
        local_codes=codelists.get(name), attachment_level="O" if role == Role.ATTRIBUTE else None,
    )  # fmt: skip


def _check_structure(path: Path, definition: DataStructureDefinition) -> None:
    read = read_sdmx(str(path), validate=True).get_data_structure_definitions()[0]
    if [component.id for component in read.components] != [component.id for component in definition.components]:
        raise AnsinhError("The SDMX structure reads back with other components.", "Report this; nothing was published.")


def _check_data(path: Path, written: pl.DataFrame, codelists: dict[str, Codelist]) -> None:
    dataset = cast("PandasDataset", next(iter(read_sdmx(str(path), validate=True).data or ())))
    read = pl.from_pandas(dataset.data)
    problems = []
    if dataset.short_urn != f"Dataflow={AGENCY}:DF_ANSINH({VERSION})":
        problems.append(f"the dataflow is {dataset.short_urn}")
    numbers = [name for name, *_, kind, _ in _COMPONENTS if kind == DataType.DOUBLE]
    read = read.with_columns(pl.col(name).replace("", None).cast(pl.Float64) for name in numbers)
    if not read.select(written.columns).equals(written.with_columns(pl.col(numbers).cast(pl.Float64))):
        problems.append("the observations differ")
    for name, codelist in codelists.items():
        unknown = set(written[name].unique()) - {code.id for code in codelist.items}
        if unknown:
            problems.append(f"{name} has the unknown codes {', '.join(sorted(map(str, unknown)))}")
    if problems:
        raise AnsinhError(
            f"The SDMX file does not read back as it was written: {'; '.join(problems)}.",
            "Check the code lists of the indicators; nothing was published.",
        )
