{{ config(
    unique_key=['service_code'],
    indexes=[{'columns': ['service_code'], 'unique': true}]
) }}

with newest as (
    {{ newest_version('vss', 'service_catalogue', order_by=['updated_at']) }}
)

select
    {{ contract_columns('vss', 'service_catalogue') }},
    _batch_id,
    _loaded_at
from newest
