"""The trained model: what agreement and disagreement of each attribute weigh. A versioned file, frozen between runs."""

from __future__ import annotations

import json
import logging
import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import log2
from pathlib import Path
from typing import Any

import duckdb
from splink import Linker, SettingsCreator
from splink.backends.duckdb import DuckDBAPI
from splink.comparison_library import CustomComparison

from ansinh.errors import AnsinhError
from linkage import comparisons

MODELS_DIR = Path(__file__).resolve().parent / "models"
LEAST_M, LEAST_M_OTHER = 5e-4, 1e-4
"""Least share of one person's pairs that fall in a level; the second where nothing agrees."""

_SEED = 20251231

# Levels that training did not see are reported at length; `_filled` deals with them.
logging.getLogger("splink").setLevel(logging.ERROR)
warnings.filterwarnings("ignore", module="splink")


@dataclass(frozen=True)
class Model:
    """A trained model.

    Attributes:
        version: the name of its file.
        splink: Splink's settings with all parameters.
        name_shares: shares of the most frequent names in the population register.
        other_name_share: the share that a name has on average that is not among them.
        trained_on: what it was trained on, for people.
    """

    version: str
    splink: dict[str, Any]
    name_shares: dict[str, float]
    other_name_share: float
    trained_on: dict[str, Any]


def load(version: str | None = None, folder: Path = MODELS_DIR) -> Model:
    """Return a model by its version; without one, the newest.

    Raises:
        AnsinhError: there is no such model.
    """
    known = sorted(path.stem for path in folder.glob("*.json"))
    chosen = version or (known[-1] if known else "")
    if chosen not in known:
        raise AnsinhError(f"There is no linkage model {chosen!r}.", f"Choose one of: {', '.join(known)}.")
    return Model(chosen, **json.loads((folder / f"{chosen}.json").read_text(encoding="utf-8")))


def save(model: Model, folder: Path = MODELS_DIR) -> Path:
    """Write a model to the file of its version and return the path."""
    path = folder / f"{model.version}.json"
    content = {name: value for name, value in asdict(model).items() if name != "version"}
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def fit(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    compared: Sequence[CustomComparison],
    blocks: Sequence[str],
    prior: float,
    chance_pairs: int = 5_000_000,
) -> dict[str, Any]:
    """Return Splink settings with all parameters, learnt without labels.

    Args:
        connection: DuckDB with the table.
        table: descriptions with a column `unique_id`.
        compared: comparisons of the model.
        blocks: SQL conditions over `l` and `r`; expectation maximisation trains by each what it leaves open.
        prior: probability that two descriptions drawn at random are one person.
        chance_pairs: random pairs in which chance agreements are counted.
    """
    settings = SettingsCreator("dedupe_only", list(compared), [], prior, retain_matching_columns=False)
    linker = Linker(_database(connection).register(table), settings, log_level=None)
    linker.training.estimate_u_using_random_sampling(max_pairs=chance_pairs, seed=_SEED)
    for block in blocks:
        linker.training.estimate_parameters_using_expectation_maximisation(block)
    return _filled(dict(linker.misc.save_model_to_json()))


def _filled(splink: dict[str, Any]) -> dict[str, Any]:
    """Return settings in which levels that training never or hardly saw have the least m probability.

    What did not happen in the training data may still happen: without a floor one such level would outweigh all else.
    """
    for comparison in splink["comparisons"]:
        levels = [level for level in comparison["comparison_levels"] if not level.get("is_null_level")]
        for level in levels:
            least = LEAST_M_OTHER if level["sql_condition"] == "ELSE" else LEAST_M
            level["m_probability"] = max(level.get("m_probability") or 0.0, least)
    return splink


def parameters(splink: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a model's parameters as rows: comparison, level, m and u probability, weight in bits."""
    rows = []
    for comparison in splink["comparisons"]:
        for level in comparison["comparison_levels"]:
            m, u = level.get("m_probability"), level.get("u_probability")
            rows.append(
                {
                    "comparison": comparison["output_column_name"],
                    "level": level.get("label_for_charts", level["sql_condition"]),
                    "m": m,
                    "u": u,
                    "weight": round(log2(m / u), 2) if m and u else None,
                }
            )
    return rows


def score(
    connection: duckdb.DuckDBPyConnection, model: dict[str, Any], table: str, pairs: str, target: str, prior: float
) -> None:
    """Create the table `target` (l, r, weight): log2 of the odds that each pair is one person.

    Args:
        connection: DuckDB with the tables.
        model: Splink's settings with all parameters.
        table: descriptions with a column `unique_id`; a column `tf_...` brings the frequencies of another column.
        pairs: table of pairs (l, r) of such ids.
        target: table to create.
        prior: probability that a pair is one person before anything is compared.
    """
    database = _database(connection)
    blocked = f"{pairs}_blocked"
    connection.execute(
        f"create or replace temp table {blocked} as "
        f"select '0' as match_key, l as join_key_l, r as join_key_r from {pairs}"
    )
    settings = model | {"probability_two_random_records_match": prior}
    # Frozen settings were valid when they were trained.
    linker = Linker(database.register(table), settings, log_level=None, validate_settings=False)
    linker.table_management.register_blocked_pairs_for_predict(database.register(blocked))
    scored = linker.inference.predict(warning_mode="never")
    connection.execute(f"""
        create or replace temp table {target} as
        select unique_id_l as l, unique_id_r as r, match_weight as weight from {scored.physical_name}
    """)
    linker.table_management.delete_tables_created_by_splink_from_db()  # type: ignore[no-untyped-call]
    connection.execute(f"drop table {blocked}")


def _database(connection: duckdb.DuckDBPyConnection) -> DuckDBAPI:
    """Return Splink's view of a connection, with the macros that the comparisons use."""
    comparisons.prepare(connection)
    return DuckDBAPI(connection)
