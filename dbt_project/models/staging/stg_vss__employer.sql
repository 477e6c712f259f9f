{%- set key = ['unit_code'] -%}
{{ config(unique_key=key, indexes=[{'columns': key, 'unique': true}]) }}

with newest as (
    {{ newest_version('vss', 'employer', key, order_by=['updated_at']) }}
)

select
    {{ contract_columns('vss', 'employer') }},
    substring(vsic_code, 1, 1) as vsic_section,
    _batch_id,
    _loaded_at
from newest
