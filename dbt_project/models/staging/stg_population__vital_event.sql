{{ config(
    unique_key=['event_id'],
    indexes=[{'columns': ['event_id'], 'unique': true}]
) }}

with newest as (
    {{ newest_version('population', 'vital_event', order_by=['change_seq']) }}
)

select
    {{ contract_columns('population', 'vital_event') }},
    _batch_id,
    _loaded_at
from newest
