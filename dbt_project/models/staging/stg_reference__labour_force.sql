{%- set key = ['month', 'area_list', 'province_code', 'sex', 'age_group'] -%}
{{ config(unique_key=key, indexes=[{'columns': key, 'unique': true}]) }}

with newest as (
    {{ newest_version('reference', 'labour_force', key, order_by=['updated_at']) }}
)

select
    {{ contract_columns('reference', 'labour_force') }},
    _batch_id,
    _loaded_at
from newest
