{{ config(
    unique_key=['response_id'],
    indexes=[{'columns': ['response_id'], 'unique': true}]
) }}

with newest as (
    {{ newest_version('vss', 'survey', order_by=['updated_at']) }}
)

select
    {{ contract_columns('vss', 'survey') }},
    {{ sex_code('sex', 1, 0) }} as sex_code,
    _batch_id,
    _loaded_at
from newest
