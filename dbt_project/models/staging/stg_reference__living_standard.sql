{%- set key = ['year', 'region'] -%}
{{ config(unique_key=key, indexes=[{'columns': key, 'unique': true}]) }}

with newest as (
    {{ newest_version('reference', 'living_standard', key, order_by=['updated_at']) }}
)

select
    {{ contract_columns('reference', 'living_standard') }},
    _batch_id,
    _loaded_at
from newest
