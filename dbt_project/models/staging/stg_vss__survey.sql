{%- set key = ['response_id'] -%}
{{ config(unique_key=key, indexes=[{'columns': key, 'unique': true}]) }}

with newest as (
    {{ newest_version('vss', 'survey', key, order_by=['updated_at']) }}
)

select
    {{ contract_columns('vss', 'survey') }},
    {{ sex_code('sex', 1, 0) }} as sex_code,
    _batch_id,
    _loaded_at
from newest
