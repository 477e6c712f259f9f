{{ config(
    unique_key=['month', 'area_list', 'province_code', 'sex', 'age_group'],
    indexes=[{'columns': ['month', 'area_list', 'province_code', 'sex', 'age_group'], 'unique': true}]
) }}

with newest as (
    {{ newest_version('reference', 'population', order_by=['updated_at']) }}
)

select
    {{ contract_columns('reference', 'population') }},
    _batch_id,
    _loaded_at
from newest
