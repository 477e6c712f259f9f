{%- set key = ['record_id'] -%}
{{ config(unique_key=key, indexes=[{'columns': key, 'unique': true}]) }}

with newest as (
    {{ newest_version('vss', 'work_record', key, order_by=['updated_at']) }}
)

select
    {{ contract_columns('vss', 'work_record') }},
    _batch_id,
    _loaded_at
from newest
