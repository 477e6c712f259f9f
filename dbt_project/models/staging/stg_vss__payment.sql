{%- set key = ['payment_id'] -%}
{{ config(unique_key=key, indexes=[{'columns': key, 'unique': true}]) }}

with newest as (
    {{ newest_version('vss', 'payment', key, order_by=['updated_at']) }}
)

select
    {{ contract_columns('vss', 'payment') }},
    _batch_id,
    _loaded_at
from newest
