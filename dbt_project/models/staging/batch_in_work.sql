{{ config(materialized='table') }}

select
    batch.batch_id,
    batch.registry,
    batch.dataset,
    batch.period,
    batch.revision,
    batch.loaded_at
from {{ source('ingest', 'batch') }} as batch
left join {{ source('ingest', 'consumption') }} as consumption
    on batch.batch_id = consumption.batch_id and consumption.consumer = '{{ var("consumer") }}'
where
    batch.state = 'loaded'
    and (consumption.revision is null or consumption.revision <> batch.revision)
