{%- set key = ['tax_code'] -%}
{{ config(unique_key=key, indexes=[{'columns': key, 'unique': true}]) }}

with newest as (
    {{ newest_version('tax', 'payer', key, order_by=['updated_at']) }}
)

select
    {{ contract_columns('tax', 'payer') }},
    substring(vsic_code, 1, 1) as vsic_section,
    _batch_id,
    _loaded_at
from newest
