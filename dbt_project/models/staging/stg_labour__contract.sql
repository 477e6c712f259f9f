{%- set key = ['contract_id'] -%}
{{ config(unique_key=key, indexes=[{'columns': key, 'unique': true}]) }}

with newest as (
    {{ newest_version(
        'labour', 'contract', key, order_by=['updated_at'],
        derive={'born_iso': born_iso('c.birth_date')}
    ) }}
)

select
    {{ contract_columns('labour', 'contract') }},
    {{ person_columns("'M'", "'F'") }},
    _batch_id,
    _loaded_at
from newest
