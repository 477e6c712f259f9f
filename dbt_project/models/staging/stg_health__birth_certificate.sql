{%- set key = ['claim_id'] -%}
{%- set line_key = ['claim_id', 'birth_number'] -%}
{{ config(unique_key=key, indexes=[{'columns': line_key, 'unique': true}]) }}

with newest as (
    {{ newest_version(
        'health', 'birth_certificate', key, order_by=['submitted_date', 'submitted_file'], line_key=line_key,
        derive={'born_iso': born_iso('c.mother_birth_date')}
    ) }}
)

select
    {{ contract_columns('health', 'birth_certificate') }},
    {{ personal_number('mother_personal_number') }} as mother_personal_number_key,
    {{ personal_number_restored('mother_personal_number') }} as mother_personal_number_restored,
    {{ old_id_number('mother_personal_number') }} as mother_old_id_key,
    {{ si_number('mother_si_number') }} as mother_si_number_key,
    {{ normalise_name('mother_name') }} as mother_name_key,
    {{ born_on('born_iso') }} as mother_born_on,
    {{ birth_precision('born_iso') }} as mother_birth_precision,
    {{ sex_code('child_sex', 1, 2) }} as child_sex_code,
    _batch_id,
    _loaded_at
from newest
