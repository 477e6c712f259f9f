{%- set key = ['facility_code'] -%}
{{ config(unique_key=key, indexes=[{'columns': key, 'unique': true}]) }}

with newest as (
    {{ newest_version('reference', 'facility', key, order_by=['updated_at']) }}
)

select
    {{ contract_columns('reference', 'facility') }},
    _batch_id,
    _loaded_at
from newest
