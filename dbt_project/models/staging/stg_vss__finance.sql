{%- set key = ['month', 'area_list', 'province_code', 'fund'] -%}
{{ config(unique_key=key, indexes=[{'columns': key, 'unique': true}]) }}

with newest as (
    {{ newest_version('vss', 'finance', key, order_by=['updated_at']) }}
)

select
    {{ contract_columns('vss', 'finance') }},
    _batch_id,
    _loaded_at
from newest
