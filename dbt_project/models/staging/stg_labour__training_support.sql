{%- set key = ['support_id'] -%}
{{ config(unique_key=key, indexes=[{'columns': key, 'unique': true}]) }}

with newest as (
    {{ newest_version(
        'labour', 'training_support', key, order_by=['updated_at'],
        derive={'born_iso': born_iso('c.birth_date')}
    ) }}
)

select
    {{ contract_columns('labour', 'training_support') }},
    {{ person_columns() }},
    _batch_id,
    _loaded_at
from newest
