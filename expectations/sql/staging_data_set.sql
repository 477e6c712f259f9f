-- One row per data set: the staging table against the ledger of deliveries. Below, one line per contract.
with counted as (
    {counts}
),

delivered as (
    select
        concat(registry, '.', dataset) as dataset,
        sum(rows_accepted) as accepted,
        max(batch_id) filter (where rows_accepted >= 100) as newest
    from ingest.batch
    where state = 'loaded'
    group by registry, dataset
),

keyed as (
    select tablename, count(*) as unique_indexes
    from pg_indexes
    where schemaname = 'staging' and indexdef like 'CREATE UNIQUE INDEX%'
    group by tablename
)

select
    counted.dataset,
    counted.records,
    coalesce(keyed.unique_indexes, 0) as keys_enforced,
    greatest(counted.records - coalesce(delivered.accepted, 0), 0)::bigint as rows_without_source,
    (counted.records = 0 and coalesce(delivered.accepted, 0) > 0)::integer as emptied,
    (coalesce(delivered.newest, '') > coalesce(counted.newest, ''))::integer as stale
from counted
left join delivered using (dataset)
left join keyed using (tablename)
