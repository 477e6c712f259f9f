"""Files made from the contracts, the dbt sources and the data dictionary: `./ansinh contracts write`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from ansinh.errors import AnsinhError
from ansinh.settings import PROJECT_ROOT
from connectors.contract import Contract, Field, all_contracts

DBT_SOURCES = Path("dbt_project/models/staging/_sources.yml")
DATA_DICTIONARY = Path("docs/data-dictionary.md")

_REGISTRIES = {
    "health": "Health insurance claim gateway / Cổng giám định BHYT",
    "labour": "Labour registry / Dữ liệu lao động, việc làm",
    "population": "National population database / Cơ sở dữ liệu quốc gia về dân cư",
    "reference": "External statistics / Số liệu thống kê tham chiếu",
    "tax": "Tax registry / Dữ liệu thuế",
    "vss": "VSS ledgers / Dữ liệu nghiệp vụ BHXH Việt Nam",
}
_MARK = "Made from connectors/contracts by `./ansinh contracts write`; change the contracts instead."


def write(root: Path = PROJECT_ROOT) -> list[Path]:
    """Write the generated files and return their paths."""
    paths = []
    for path, text in _files():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
        paths.append(root / path)
    return paths


def check(root: Path = PROJECT_ROOT) -> None:
    """Compare the generated files with the contracts.

    Raises:
        AnsinhError: a file is missing or differs.
    """
    for path, text in _files():
        if not (root / path).exists() or (root / path).read_text(encoding="utf-8") != text:
            raise AnsinhError(f"{path} does not agree with the contracts.", "Run ./ansinh contracts write.")


def _files() -> Iterator[tuple[Path, str]]:
    by_registry: dict[str, list[Contract]] = {}
    for contract in all_contracts():
        by_registry.setdefault(contract.registry, []).append(contract)
    yield DBT_SOURCES, _sources(by_registry)
    yield DATA_DICTIONARY, _dictionary(by_registry)


def _sources(by_registry: dict[str, list[Contract]]) -> str:
    sources = [
        {
            "name": registry,
            "description": _REGISTRIES.get(registry, registry),
            "schema": "raw",
            "tables": [_source_table(contract) for contract in contracts],
        }
        for registry, contracts in by_registry.items()
    ]
    text = yaml.dump({"version": 2, "sources": sources}, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)
    return f"# {_MARK}\n{text}"


def _source_table(contract: Contract) -> dict[str, Any]:
    return {
        "name": contract.dataset,
        "identifier": contract.name,
        "description": contract.description,
        "config": {"meta": {"label_vi": contract.label, "owner": contract.owner, "contract_version": contract.version}},
        "columns": [
            {
                "name": field.name,
                "description": field.description,
                "data_type": field.physical_type,
                "config": {"meta": {"label_vi": field.label, "classification": field.classification}},
            }
            for field in contract.fields
        ],
    }


class _Dumper(yaml.SafeDumper):
    """Indents lists, as the rest of the dbt project does."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _dictionary(by_registry: dict[str, list[Contract]]) -> str:
    lines = [
        "# Data dictionary / Từ điển dữ liệu",
        "",
        f"<!-- {_MARK} -->",
        "",
        "Every field that the pipeline takes from a registry. A key field names the record that versions of it share.",
        "Personal fields stay in the schemas `raw`, `quarantine`, `staging` and `identity`.",
        "",
    ]
    for registry, contracts in by_registry.items():
        lines += [f"## {_REGISTRIES.get(registry, registry)}", ""]
        for contract in contracts:
            lines += _entry(contract)
    return "\n".join(lines)


def _entry(contract: Contract) -> Iterator[str]:
    yield f"### `{contract.raw_table}`: {contract.title} / {contract.label}"
    yield ""
    yield contract.description
    yield ""
    yield f"Owner: {contract.owner}. Legal basis: {contract.legal_basis}. Contract version {contract.version}."
    yield ""
    yield "| Field | Nhãn | Type | Source | Class | Description | Rules |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for field in contract.fields:
        key = " (key)" if field.name in contract.primary_key else ""
        cells = (
            f"`{field.name}`{key}", field.label, field.physical_type, f"`{field.source}`", field.classification,
            field.description, "; ".join(_rules(field)),
        )  # fmt: skip
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
    yield ""
    for rule in contract.row_rules:
        yield f"- {rule.description} (`{rule.expression}`)"
    if contract.row_rules:
        yield ""


def _rules(field: Field) -> Iterator[str]:
    if field.required:
        yield "required"
    if field.valid_values:
        yield "one of " + ", ".join(f"`{value}`" for value in field.valid_values)
    if field.pattern:
        yield f"`{field.pattern}`"
    if field.max_length is not None:
        yield f"at most {field.max_length} characters"
    if field.minimum is not None:
        yield f"at least {field.minimum:g}"
    if field.maximum is not None:
        yield f"at most {field.maximum:g}"
