{%- set key = ['claim_id'] -%}
{{ config(unique_key=key, indexes=[{'columns': key, 'unique': true}]) }}

with newest as (
    {{ newest_version('health', 'sick_leave', key, order_by=['submitted_date', 'submitted_file']) }}
)

select
    {{ contract_columns('health', 'sick_leave') }},
    {{ si_number('si_number') }} as si_number_key,
    {{ card_si_number('hi_card_number') }} as card_si_number_key,
    _batch_id,
    _loaded_at
from newest
