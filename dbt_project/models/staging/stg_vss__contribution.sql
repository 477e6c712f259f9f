{{ config(
    unique_key=['si_number', 'month', 'kind', 'unit_code'],
    indexes=[{'columns': ['si_number', 'month', 'kind', 'unit_code'], 'unique': true}]
) }}

with newest as (
    {{ newest_version('vss', 'contribution', order_by=['version', 'updated_at']) }}
)

select
    {{ contract_columns('vss', 'contribution') }},
    _batch_id,
    _loaded_at
from newest
