{%- set key = ['month', 'area_list', 'province_code', 'level'] -%}
{{ config(unique_key=key, indexes=[{'columns': key, 'unique': true}]) }}

with newest as (
    {{ newest_version('vss', 'staffing', key, order_by=['updated_at']) }}
)

select
    {{ contract_columns('vss', 'staffing') }},
    _batch_id,
    _loaded_at
from newest
