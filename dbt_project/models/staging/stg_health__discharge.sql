{%- set key = ['claim_id'] -%}
{{ config(unique_key=key, indexes=[{'columns': key, 'unique': true}]) }}

with newest as (
    {{ newest_version('health', 'discharge', key, order_by=['submitted_date', 'submitted_file']) }}
)

select
    {{ contract_columns('health', 'discharge') }},
    _batch_id,
    _loaded_at
from newest
