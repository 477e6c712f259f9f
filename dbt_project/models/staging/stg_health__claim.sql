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
    {{ personal_number('personal_number') }} as personal_number_key,
    {{ personal_number_restored('personal_number') }} as personal_number_restored,
    {{ old_id_number('personal_number') }} as old_id_key,
    {{ card_si_number('hi_card_numbers') }} as si_number_key,
    {{ normalise_name('full_name') }} as name_key,
    {{ born_on('born_iso') }} as born_on,
    {{ birth_precision('born_iso') }} as birth_precision,
    {{ sex_code('sex', 1, 2) }} as sex_code,
    {{ month_start('discharged_at') }} as month,
    coalesce(
        newborn_weight is not null
        or {{ dbt.datediff(born_on('born_iso'), 'admitted_at', 'day') }} <= 28,
        false
    ) as is_newborn,
    _batch_id,
    _loaded_at
from newest
