{%- set key = ['si_number'] -%}
{{ config(unique_key=key, indexes=[{'columns': key, 'unique': true}]) }}

with newest as (
    {{ newest_version(
        'vss', 'participant', key, order_by=['updated_at'],
        derive={'born_iso': born_iso('c.birth_date')}
    ) }}
)

select
    {{ contract_columns('vss', 'participant') }},
    {{ personal_number('personal_number') }} as personal_number_key,
    {{ personal_number_restored('personal_number') }} as personal_number_restored,
    {{ old_id_number('personal_number') }} as old_id_key,
    {{ normalise_name('full_name') }} as name_key,
    {{ born_on('born_iso') }} as born_on,
    {{ birth_precision('born_iso') }} as birth_precision,
    {{ sex_code('sex', 1, 0) }} as sex_code,
    _batch_id,
    _loaded_at
from newest
