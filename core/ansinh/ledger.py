"""The ledger of batches: what a later stage has not worked in yet, and how far the deliveries reach."""

from __future__ import annotations

from ansinh.database import Role, connect
from ansinh.errors import AnsinhError

_UNPROCESSED = """
select batch.batch_id, batch.revision
from ingest.batch
left join ingest.consumption
    on consumption.batch_id = batch.batch_id and consumption.consumer = %s
    and consumption.revision = batch.revision
where batch.state = 'loaded' and consumption.batch_id is null
order by batch.batch_id
"""
_MARK = """
insert into ingest.consumption (consumer, batch_id, revision) values (%s, %s, %s)
on conflict (consumer, batch_id) do update set revision = excluded.revision, consumed_at = clock_timestamp()
"""


def unprocessed(consumer: str) -> dict[str, int]:
    """Return the loaded batches, and their revisions, that a consumer has not worked in."""
    with connect(Role.TRANSFORMER) as connection:
        return dict(connection.execute(_UNPROCESSED, [consumer]).fetchall())


def mark(consumer: str, revisions: dict[str, int]) -> None:
    """Note that a consumer has worked in these revisions of batches."""
    with connect(Role.TRANSFORMER) as connection, connection.cursor() as cursor:
        cursor.executemany(_MARK, [(consumer, batch_id, revision) for batch_id, revision in revisions.items()])


def latest_period() -> str:
    """Return the newest month that is loaded.

    Raises:
        AnsinhError: nothing is loaded.
    """
    with connect(Role.TRANSFORMER) as connection:
        row = connection.execute("select max(period) from ingest.batch where loaded_at is not null").fetchone()
    if row is None or row[0] is None:
        raise AnsinhError("No batch is loaded.", "Run ./ansinh ingest for each registry.")
    return str(row[0])
