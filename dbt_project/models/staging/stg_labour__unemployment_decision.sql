{%- set key = ['decision_id'] -%}
{{ config(unique_key=key, indexes=[{'columns': key, 'unique': true}]) }}

with newest as (
    {{ newest_version(
        'labour', 'unemployment_decision', key, order_by=['updated_at'],
        derive={'born_iso': born_iso('c.birth_date')}
    ) }}
)

select
    {{ contract_columns('labour', 'unemployment_decision') }},
    {{ person_columns("'M'", "'F'", with_si_number=true) }},
    _batch_id,
    _loaded_at
from newest
