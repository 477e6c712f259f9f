-- One row per data set: the staging table against the ledger of deliveries. Below, one line per contract.
with counted as (
    {counts}
),

delivered as (
    select
        concat(registry, '.', dataset) as dataset,
        sum(rows_accepted) filter (where state = 'loaded') as accepted,
        max(batch_id) filter (where state = 'loaded' and rows_accepted >= 100) as newest,
        -- A loaded delivery that was sent again and waits: the ledger tells of the new one, the tables hold the old one.
        bool_or(state <> 'loaded' and loaded_at is not null) as replaced
    from ingest.batch
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
    case
        when not coalesce(delivered.replaced, false)
            then greatest(counted.records - coalesce(delivered.accepted, 0), 0)::bigint
    end as rows_without_source,
    (counted.records = 0 and coalesce(delivered.accepted, 0) > 0)::integer as emptied,
    (coalesce(delivered.newest, '') > coalesce(counted.newest, ''))::integer as stale
from counted
left join delivered using (dataset)
left join keyed using (tablename)
