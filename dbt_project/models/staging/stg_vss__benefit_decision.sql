{%- set key = ['decision_id'] -%}
{{ config(unique_key=key, indexes=[{'columns': key, 'unique': true}]) }}

with newest as (
    {{ newest_version(
        'vss', 'benefit_decision', key, order_by=['updated_at'],
        derive={'born_iso': born_iso('c.birth_date')}
    ) }}
)

select
    {{ contract_columns('vss', 'benefit_decision') }},
    {{ person_columns(1, 0, with_si_number=true) }},
    _batch_id,
    _loaded_at
from newest
