{%- set key = ['card_id'] -%}
{{ config(unique_key=key, indexes=[{'columns': key, 'unique': true}]) }}

with newest as (
    {{ newest_version('vss', 'hi_card', key, order_by=['updated_at']) }}
)

select
    {{ contract_columns('vss', 'hi_card') }},
    {{ identity_number_columns() }},
    {{ si_number('si_number') }} as si_number_key,
    _batch_id,
    _loaded_at
from newest
