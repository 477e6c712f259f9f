{%- set key = ['contract_id'] -%}
{{ config(unique_key=key, indexes=[{'columns': key, 'unique': true}]) }}

with newest as (
    {{ newest_version('labour', 'contract', key, order_by=['updated_at']) }}
)

select
    {{ contract_columns('labour', 'contract') }},
    {{ personal_number('personal_number') }} as personal_number_key,
    {{ personal_number_restored('personal_number') }} as personal_number_restored,
    {{ old_id_number('personal_number') }} as old_id_key,
    {{ normalise_name('full_name') }} as name_key,
    {{ parse_birth_date('birth_date') }} as born_on,
    {{ birth_precision('birth_date') }} as birth_precision,
    {{ sex_code('sex', "'M'", "'F'") }} as sex_code,
    _batch_id,
    _loaded_at
from newest
