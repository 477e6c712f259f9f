{{ config(
    unique_key=['payment_id'],
    indexes=[{'columns': ['payment_id'], 'unique': true}]
) }}

with newest as (
    {{ newest_version('vss', 'payment', order_by=['updated_at']) }}
)

select
    {{ contract_columns('vss', 'payment') }},
    _batch_id,
    _loaded_at
from newest
