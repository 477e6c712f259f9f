"""Registers of a few records, written by hand where dbt would write them, so that each test says what must come out."""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from collections.abc import Iterator
from typing import Any

from ansinh.database import Role, connect
from linkage import store
from linkage.run import Report
from linkage.run import run as run_linkage
from linkage.settings import LinkageSettings

_REGISTRY = {
    "person": "population", "contract": "labour", "unemployment_decision": "labour", "training_support": "labour",
    "wage_income": "tax", "claim": "health", "birth_certificate": "health", "sick_leave": "health",
}  # fmt: skip
_ATTRIBUTES = {
    "personal_number": "text", "personal_number_restored": "boolean", "number_given": "text", "old_id_number": "text",
    "si_number": "text", "tax_code": "text", "full_name": "text", "name_key": "text", "born_on": "date",
    "birth_precision": "text", "sex": "text", "province": "text", "residence_province": "text",
    "is_newborn": "boolean",
}  # fmt: skip

AN = {"personal_number": "001080000001", "full_name": "nguyễn văn an", "born_on": dt.date(1980, 1, 2), "sex": "M"}
BINH = {"personal_number": "027190000002", "full_name": "trần thị bình", "born_on": dt.date(1990, 5, 6), "sex": "F"}
"""Two persons that share nothing."""


def found() -> None:
    """Empty the schemas and create the tables that a run reads and writes."""
    columns = ", ".join(f"{name} {kind}" for name, kind in _ATTRIBUTES.items())
    with connect(Role.TRANSFORMER) as connection:
        for schema in ("staging", "identity"):
            tables = connection.execute(
                "select format('%%I.%%I', schemaname, tablename) from pg_tables where schemaname = %s", [schema]
            ).fetchall()
            for (table,) in tables:
                connection.execute(f"drop table {table} cascade".encode())
        connection.execute("""create table staging.stg_population__identity_change (
            change_seq bigint, identifier_type text, old_value text, new_value text)""")
        connection.execute(
            f"""create table identity.record (registry text, dataset text, record_id text, {columns},
            recorded_at timestamp, _batch_id text, node_id uuid, unique (dataset, record_id))""".encode()
        )
    store.create_tables()


def put(dataset: str, record_id: str, **attributes: Any) -> None:
    """Write a record, or what it says now; key of the name and precision of the birth date follow by themselves."""
    put_all([(dataset, record_id, attributes)])


def put_all(records: list[tuple[str, str, dict[str, Any]]]) -> None:
    """Write many records: data set, id, attributes."""
    with connect(Role.TRANSFORMER) as connection, connection.cursor() as cursor:
        cursor.executemany(
            "delete from identity.record where dataset = %s and record_id = %s", [record[:2] for record in records]
        )
        places = ", ".join(["%s"] * (len(_ATTRIBUTES) + 6))
        rows = [list(_row(*record)) for record in records]
        cursor.executemany(f"insert into identity.record values ({places})".encode(), rows)


def withdraw(dataset: str, record_id: str) -> None:
    """Take a record away, as a corrected delivery does."""
    statement("delete from identity.record where dataset = %s and record_id = %s", dataset, record_id)


def replace_number(old: str, new: str, kind: str = "personal_number") -> None:
    """Report that the population register replaced an identifier."""
    statement("insert into staging.stg_population__identity_change values (1, %s, %s, %s)", kind, old, new)


def link(*, full: bool = False, **limits: Any) -> Report:
    """Run the linkage."""
    return run_linkage(full=full, settings=LinkageSettings(**limits))


def key(dataset: str, record_id: str) -> int:
    """Return the person of a record."""
    [(person_key,)] = query(
        "select person_key from identity.node_person join identity.record using (node_id) "
        "where record.dataset = %s and record.record_id = %s",
        dataset, record_id,
    )  # fmt: skip
    return int(person_key)


def keys() -> dict[str, int]:
    """Return the person of every record."""
    rows = query("""select r.dataset || ':' || r.record_id, person_key
        from identity.record r join identity.node_person using (node_id)""")
    return dict(rows)


def events() -> list[tuple[str, int, int | None, str]]:
    """Return what happened to persons: kind, key, other key, cause."""
    return query("select kind, person_key, other_key, cause from identity.person_event order by event_id")


def query(text: str, *values: Any) -> list[tuple[Any, ...]]:
    """Return the rows of a query."""
    with connect(Role.TRANSFORMER) as connection:
        return connection.execute(text.encode(), values).fetchall()


def statement(text: str, *values: Any) -> None:
    """Execute a statement."""
    with connect(Role.TRANSFORMER) as connection:
        connection.execute(text.encode(), values)


def _row(dataset: str, record_id: str, given: dict[str, Any]) -> Iterator[Any]:
    said = {"personal_number_restored": False, "is_newborn": False} | given
    if said.get("full_name"):
        said.setdefault("name_key", _plain(said["full_name"]))
    if said.get("born_on"):
        said.setdefault("birth_precision", "day")
    registry = _REGISTRY.get(dataset, "vss")
    values = [said.get(name) for name in _ATTRIBUTES]
    describing = [said.get(name) for name in _ATTRIBUTES if name != "residence_province"]
    node = hashlib.md5(repr([registry, dataset, *describing]).encode(), usedforsecurity=False).hexdigest()
    yield from (registry, dataset, record_id, *values, dt.datetime(2025, 1, 1), f"{registry}.{dataset}.2025-01")
    yield uuid.UUID(node)


def _plain(name: str) -> str:
    import unicodedata

    letters = unicodedata.normalize("NFD", name.replace("đ", "d"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
