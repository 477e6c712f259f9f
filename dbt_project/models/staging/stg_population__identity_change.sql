{{ config(
    unique_key=['change_seq'],
    indexes=[{'columns': ['change_seq'], 'unique': true}]
) }}

with newest as (
    {{ newest_version('population', 'identity_change', order_by=['updated_at']) }}
)

select
    {{ contract_columns('population', 'identity_change') }},
    _batch_id,
    _loaded_at
from newest
