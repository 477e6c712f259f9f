{%- set key = ['service_code', 'valid_from'] -%}
{{ config(unique_key=key, indexes=[{'columns': key, 'unique': true}]) }}

with newest as (
    {{ newest_version('vss', 'service_catalogue', key, order_by=['updated_at']) }}
)

select
    {{ contract_columns('vss', 'service_catalogue') }},
    _batch_id,
    _loaded_at
from newest
