{%- set key = ['claim_id'] -%}
{%- set line_key = ['claim_id', 'line_no'] -%}
{{ config(unique_key=key, indexes=[{'columns': line_key, 'unique': true}]) }}

with newest as (
    {{ newest_version(
        'health', 'claim_drug', key, order_by=['submitted_date', 'submitted_file'], line_key=line_key
    ) }}
)

select
    {{ contract_columns('health', 'claim_drug') }},
    _batch_id,
    _loaded_at
from newest
