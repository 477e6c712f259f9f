{%- set key = ['claim_id'] -%}
{{ config(unique_key=key, indexes=[{'columns': key, 'unique': true}]) }}

with newest as (
    {{ newest_version(
        'health', 'claim', key, order_by=['submitted_date', 'submitted_file'],
        derive={'born_iso': born_iso('c.birth_time')}
    ) }}
)

select
    {{ contract_columns('health', 'claim') }},
    {{ person_columns(1, 2) }},
    {{ card_si_number('hi_card_numbers') }} as si_number_key,
    {{ month_start('discharged_at') }} as month,
    coalesce(
        newborn_weight is not null
        or {{ dbt.datediff(born_on('born_iso'), 'admitted_at', 'day') }} <= 28,
        false
    ) as is_newborn,
    _batch_id,
    _loaded_at
from newest
