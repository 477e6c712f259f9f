{%- set key = ['month', 'area_list', 'province_code', 'support_group', 'sex', 'age_group'] -%}
{{ config(unique_key=key, indexes=[{'columns': key, 'unique': true}]) }}

with newest as (
    {{ newest_version('reference', 'social_support', key, order_by=['updated_at']) }}
)

select
    {{ contract_columns('reference', 'social_support') }},
    _batch_id,
    _loaded_at
from newest
