{%- set key = ['si_number', 'month', 'kind', 'unit_code'] -%}
{{ config(unique_key=key, indexes=[{'columns': key, 'unique': true}]) }}

with newest as (
    {{ newest_version('vss', 'contribution', key, order_by=['version', 'updated_at']) }}
)

select
    {{ contract_columns('vss', 'contribution') }},
    _batch_id,
    _loaded_at
from newest
