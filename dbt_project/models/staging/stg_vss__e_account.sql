{%- set key = ['account_id'] -%}
{{ config(unique_key=key, indexes=[{'columns': key, 'unique': true}]) }}

with newest as (
    {{ newest_version('vss', 'e_account', key, order_by=['updated_at']) }}
)

select
    {{ contract_columns('vss', 'e_account') }},
    {{ si_number('si_number') }} as si_number_key,
    _batch_id,
    _loaded_at
from newest
