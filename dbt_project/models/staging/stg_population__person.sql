{%- set key = ['personal_number'] -%}
{{ config(unique_key=key, indexes=[{'columns': key, 'unique': true}]) }}

with newest as (
    {{ newest_version('population', 'person', key, order_by=['change_seq']) }}
)

select
    {{ contract_columns('population', 'person') }},
    {{ normalise_name('full_name') }} as name_key,
    {{ parse_birth_date('birth_date') }} as born_on,
    {{ birth_precision('birth_date') }} as birth_precision,
    {{ sex_code('sex', "'Nam'", "'Nữ'") }} as sex_code,
    _batch_id,
    _loaded_at
from newest
