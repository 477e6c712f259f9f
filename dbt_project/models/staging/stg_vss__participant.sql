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
    {{ person_columns(1, 0) }},
    _batch_id,
    _loaded_at
from newest
