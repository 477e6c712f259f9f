{%- set key = ['change_seq'] -%}
{{ config(unique_key=key, indexes=[{'columns': key, 'unique': true}, {'columns': ['old_value']}]) }}

with newest as (
    {{ newest_version('population', 'identity_change', key, order_by=['updated_at']) }}
)

select
    {{ contract_columns('population', 'identity_change') }},
    _batch_id,
    _loaded_at
from newest
