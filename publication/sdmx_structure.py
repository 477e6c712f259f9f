"""The structure of the figures in SDMX 3.0: components, code lists, data structure, dataflow and metadata structure.

Dimensions and attributes bear the names, codes and order of the global SDG data structure (`IAEG-SDGs:SDG`) where it
has them. `DIFFERENCES` says where it fits not; the text is part of the data structure itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

import polars as pl
from pysdmx.model import (
    Annotation,
    Code,
    Codelist,
    Component,
    Components,
    Concept,
    ConceptScheme,
    Dataflow,
    DataStructureDefinition,
    DataType,
    MetadataComponent,
    Metadataflow,
    MetadataStructure,
    Role,
    Schema,
)

from publication.inputs import Labels
from publication.texts import age_name

AGENCY, VERSION = "VSS", "2.0"
TOTAL = "_T"
_CONCEPT = f"urn:sdmx:org.sdmx.infomodel.conceptscheme.Concept={AGENCY}:CS_ANSINH({VERSION})"

DIFFERENCES = (
    "Aligned with the global SDG data structure. Differences: AREA_LIST is added, since a province code has a meaning "
    "only with its list; SERIES holds national indicators, whose SDG series are named in the reference metadata; "
    "CUST_BREAKDOWN holds breakdown and category in one code, so COMPOSITE_BREAKDOWN is left out; "
    "INCOME_WEALTH_QUANTILE, EDUCATION_LEV, OCCUPATION, DISABILITY_STATUS and PRODUCT are left out, for they would "
    "always be the total; NUMERATOR, DENOMINATOR, DENOMINATOR_CONCEPT, VINTAGE and CONF_STATUS are added."
)


class Part(NamedTuple):
    """A component: role, type, attachment of an attribute (series S or observation O), names."""

    role: Role
    kind: DataType
    attached: str | None
    name_en: str
    name_vi: str


_DIMENSION, _MEASURE, _ATTRIBUTE = Role.DIMENSION, Role.MEASURE, Role.ATTRIBUTE
_TEXT, _NUMBER = DataType.STRING, DataType.DOUBLE
PARTS = {
    "FREQ": Part(_DIMENSION, _TEXT, None, "Frequency", "Tần suất"),
    "REPORTING_TYPE": Part(_DIMENSION, _TEXT, None, "Reporting type", "Loại báo cáo"),
    "SERIES": Part(_DIMENSION, _TEXT, None, "Indicator", "Chỉ tiêu"),
    "AREA_LIST": Part(_DIMENSION, _TEXT, None, "Province list", "Danh mục tỉnh"),
    "REF_AREA": Part(_DIMENSION, _TEXT, None, "Reference area", "Địa bàn"),
    "SEX": Part(_DIMENSION, _TEXT, None, "Sex", "Giới tính"),
    "AGE": Part(_DIMENSION, _TEXT, None, "Age group", "Nhóm tuổi"),
    "URBANISATION": Part(_DIMENSION, _TEXT, None, "Urban or rural", "Thành thị, nông thôn"),
    "CUST_BREAKDOWN": Part(_DIMENSION, _TEXT, None, "National breakdown and category", "Phân tổ quốc gia và nhóm"),
    "ACTIVITY": Part(_DIMENSION, _TEXT, None, "Economic activity, VSIC section", "Ngành kinh tế, VSIC cấp 1"),
    "TIME_PERIOD": Part(_DIMENSION, DataType.PERIOD, None, "Period", "Kỳ số liệu"),
    "OBS_VALUE": Part(_MEASURE, _NUMBER, None, "Value", "Giá trị"),
    "NUMERATOR": Part(_MEASURE, _NUMBER, None, "Numerator", "Tử số"),
    "DENOMINATOR": Part(_MEASURE, _NUMBER, None, "Denominator", "Mẫu số"),
    "UNIT_MEASURE": Part(_ATTRIBUTE, _TEXT, "S", "Unit of measure", "Đơn vị"),
    "DENOMINATOR_CONCEPT": Part(_ATTRIBUTE, _TEXT, "S", "Concept of the denominator", "Khái niệm mẫu số"),
    "VINTAGE": Part(_ATTRIBUTE, _TEXT, "S", "Vintage", "Loại số liệu"),
    "OBS_STATUS": Part(_ATTRIBUTE, _TEXT, "O", "Observation status", "Trạng thái quan sát"),
    "CONF_STATUS": Part(_ATTRIBUTE, _TEXT, "O", "Confidentiality status", "Trạng thái bảo mật"),
    "LOWER_BOUND": Part(_ATTRIBUTE, _NUMBER, "O", "Lower end of the 95 % interval", "Cận dưới khoảng 95 %"),
    "UPPER_BOUND": Part(_ATTRIBUTE, _NUMBER, "O", "Upper end of the 95 % interval", "Cận trên khoảng 95 %"),
}
"""Components in their order."""

NOT_IN_CODES = r"[^A-Za-z0-9_@$-]"
"""Characters that no code of SDMX may have; a category that has one gets an underscore instead."""

NUMBERS = [name for name, part in PARTS.items() if part.kind == _NUMBER]
SERIES_KEY = [name for name, part in PARTS.items() if part.role == _DIMENSION and name != "TIME_PERIOD"]
SERIES_ATTRIBUTES = [name for name, part in PARTS.items() if part.attached == "S"]

_Codes = dict[str, tuple[str, str]]
CODES: dict[str, _Codes] = {
    "FREQ": {"M": ("Monthly", "Tháng"), "Q": ("Quarterly", "Quý"), "A": ("Annual", "Năm")},
    "REPORTING_TYPE": {"N": ("National", "Quốc gia")},
    "AREA_LIST": {
        "34": ("34 provinces and cities, from 2025-07-01", "34 tỉnh, thành phố, từ 01/07/2025"),
        "63": ("63 provinces and cities, to 2025-06-30", "63 tỉnh, thành phố, đến 30/06/2025"),
    },
    "SEX": {TOTAL: ("Total", "Chung"), "M": ("Male", "Nam"), "F": ("Female", "Nữ")},
    "UNIT_MEASURE": {
        "PT": ("Percentage", "Phần trăm"), "PS": ("Persons", "Người"), "CS": ("Cases", "Lượt"),
        "VND": ("Vietnamese dong", "Đồng"), "IX": ("Index, 0 to 100", "Chỉ số, 0 đến 100"),
    },
    "VINTAGE": {
        "estimate": ("Estimate", "Ước tính"), "preliminary": ("Preliminary", "Sơ bộ"),
        "official": ("Official", "Chính thức"),
    },
    "OBS_STATUS": {
        "A": ("Normal value", "Bình thường"), "B": ("Time series break", "Gián đoạn chuỗi"),
        "E": ("Estimated value", "Ước tính"), "M": ("Missing value", "Thiếu số liệu"),
        "Q": ("Missing value; suppressed", "Không công bố để bảo mật"),
    },
    "CONF_STATUS": {
        "F": ("Free (free for publication)", "Được công bố"),
        "C": ("Confidential statistical information", "Bảo mật"),
        "D": ("Secondary confidentiality", "Bảo mật thứ cấp"),
    },
}  # fmt: skip

_BILINGUAL = ("NAME", "DEFINITION", "NUMERATOR", "DENOMINATOR", "CAVEATS")
_REPORTED = {
    "ACCOUNTING": "Stock, flow or average",
    "METHOD_VERSION": "Version of the method",
    "ORIGIN": "Computed here or taken in",
    "PERIODICITY": "Periodicity",
    "LEGAL_BASIS": "Legal basis",
    "SOURCE_NUMERATOR": "Source of the numerator",
    "SOURCE_DENOMINATOR": "Source of the denominator",
    "SDG_CODE": "UN SDG series",
    "VN_ROADMAP_CODE": "Vietnamese roadmap",
    "NATIONAL_CODE": "National indicator code",
    "ILO_CODE": "ILOSTAT code",
    "DEFINITION_STATUS": "Status of the definition",
}
METADATA = {
    **{f"{name}_EN": f"{name.capitalize()}, English" for name in _BILINGUAL},
    **{f"{name}_VI": f"{name.capitalize()}, Vietnamese" for name in _BILINGUAL},
    **_REPORTED,
}
"""Attributes of the reference metadata, each a column of the catalogue in capitals, and their names."""


@dataclass(frozen=True)
class Structure:
    """All structural artefacts of a release, and the Vietnamese names by code list and code."""

    codelists: dict[str, Codelist]
    concepts: ConceptScheme
    definition: DataStructureDefinition
    flow: Dataflow
    metadata: MetadataStructure
    metadata_flow: Metadataflow
    vietnamese: dict[tuple[str, str], str]

    @property
    def schema(self) -> Schema:
        """The structure as pysdmx wants it beside data."""
        return Schema("dataflow", AGENCY, self.flow.id, self.definition.components, VERSION, name=self.flow.name)


def structure(figures: pl.DataFrame, labels: Labels) -> Structure:
    """Return the structure for published figures; code lists hold what the release can use."""
    names = CODES | _coded(figures, labels)
    codelists = {
        name: Codelist(
            f"CL_{name}", name=PARTS[name].name_en, agency=AGENCY, version=VERSION,
            items=[Code(code, name=english) for code, (english, _) in codes.items()],
        )
        for name, codes in names.items()
    }  # fmt: skip
    concepts = ConceptScheme(
        "CS_ANSINH", name="Concepts of the social protection indicators", agency=AGENCY, version=VERSION,
        items=[
            *(_concept(name, part.name_en, part.kind, codelists.get(name)) for name, part in PARTS.items()),
            *(_concept(f"REF_{name}", english, _TEXT) for name, english in METADATA.items()),
        ],
    )  # fmt: skip
    by_id = {concept.id: concept for concept in concepts.items}
    definition = DataStructureDefinition(
        "DSD_ANSINH", name="Social protection indicators of Viet Nam", agency=AGENCY, version=VERSION,
        description=DIFFERENCES, annotations=[Annotation(id="SDG_ALIGNMENT", text=DIFFERENCES)],
        components=Components([_component(name, part, by_id[name], codelists) for name, part in PARTS.items()]),
    )  # fmt: skip
    flow = Dataflow(
        "DF_ANSINH", name="Social protection indicators by period, area and breakdown", agency=AGENCY, version=VERSION,
        structure=definition,
    )  # fmt: skip
    metadata = MetadataStructure(
        id="MSD_ANSINH", name="Catalogue of the indicators", agency=AGENCY, version=VERSION,
        components=[MetadataComponent(id=name, concept=by_id[f"REF_{name}"], local_dtype=_TEXT) for name in METADATA],
    )  # fmt: skip
    metadata_flow = Metadataflow(
        id="MDF_ANSINH", name="Catalogue of the indicators", agency=AGENCY, version=VERSION, structure=metadata,
        targets=["urn:sdmx:org.sdmx.infomodel.codelist.Code=VSS:CL_SERIES(*).*"],
    )  # fmt: skip
    vietnamese = {(f"CL_{name}", code): own for name, codes in names.items() for code, (_, own) in codes.items()}
    return Structure(codelists, concepts, definition, flow, metadata, metadata_flow, vietnamese)


def _coded(figures: pl.DataFrame, labels: Labels) -> dict[str, _Codes]:
    """Return the code lists that come from the catalogue, the areas and the categories."""
    whole: _Codes = {TOTAL: ("Total", "Chung")}
    categories = {
        (breakdown, category): (english, vietnamese)
        for breakdown, category, english, vietnamese in labels.categories.select(
            "breakdown", "category", "name_en", "name_vi"
        ).iter_rows()
    }
    series = labels.indicators.select("indicator", "name_en", "name_vi").iter_rows()
    areas = labels.areas.select("area_list", "area", "name_en", "name_vi").iter_rows()
    ages = sorted(figures["age"].unique())
    return {
        "SERIES": {code: (english, vietnamese) for code, english, vietnamese in series},
        "REF_AREA": {"VN": ("Viet Nam", "Việt Nam")}
        | {f"A{area_list}_{area}": (english, vietnamese) for area_list, area, english, vietnamese in areas},
        "AGE": {age: (age_name(age, "en"), age_name(age, "vi")) for age in ages},
        "URBANISATION": whole | {code: names for (kind, code), names in categories.items() if kind == "urbanisation"},
        "ACTIVITY": whole | {code: names for (kind, code), names in categories.items() if kind == "vsic_section"},
        "CUST_BREAKDOWN": whole
        | {re.sub(NOT_IN_CODES, "_", f"{kind}-{code}"): names for (kind, code), names in categories.items()
           if kind not in ("urbanisation", "vsic_section")},
    }  # fmt: skip


def _concept(name: str, english: str, kind: DataType, codes: Codelist | None = None) -> Concept:
    return Concept(name, name=english, dtype=kind, codes=codes, urn=f"{_CONCEPT}.{name}")


def _component(name: str, part: Part, concept: Concept, codelists: dict[str, Codelist]) -> Component:
    attached = {"S": ",".join(SERIES_KEY), "O": "O"}
    return Component(
        name, required=part.role == _DIMENSION, role=part.role, concept=concept, local_dtype=part.kind,
        local_codes=codelists.get(name), attachment_level=attached[part.attached] if part.attached else None,
    )  # fmt: skip
