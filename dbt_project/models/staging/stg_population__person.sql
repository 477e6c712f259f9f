{%- set key = ['personal_number'] -%}
{{ config(unique_key=key, indexes=[{'columns': key, 'unique': true}]) }}

with newest as (
    {{ newest_version(
        'population', 'person', key, order_by=['change_seq'],
        derive={'born_iso': born_iso('c.birth_date')}
    ) }}
)

select
    {{ contract_columns('population', 'person') }},
    {{ normalise_name('full_name') }} as name_key,
    {{ born_on('born_iso') }} as born_on,
    {{ birth_precision('born_iso') }} as birth_precision,
    {{ sex_code('sex', "'Nam'", "'Nữ'") }} as sex_code,
    _batch_id,
    _loaded_at
from newest
