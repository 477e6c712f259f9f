{{ config(
    unique_key=['record_id'],
    indexes=[{'columns': ['record_id'], 'unique': true}]
) }}

with newest as (
    {{ newest_version('vss', 'work_record', order_by=['updated_at']) }}
)

select
    {{ contract_columns('vss', 'work_record') }},
    _batch_id,
    _loaded_at
from newest
