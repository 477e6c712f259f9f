{%- set key = ['payer_tax_code', 'tax_year'] -%}
{%- set line_key = ['payer_tax_code', 'tax_year', 'return_id', 'line_no'] -%}
{{ config(unique_key=key, indexes=[{'columns': line_key, 'unique': true}]) }}

with newest as (
    {{ newest_version('tax', 'wage_income', key, order_by=['amendment_no'], line_key=line_key) }}
)

select
    {{ contract_columns('tax', 'wage_income') }},
    {{ identity_number_columns('identity_number') }},
    {{ matches('employee_tax_code', '^[0-9]{10}$') }} as tax_code_is_old,
    {{ normalise_name('full_name') }} as name_key,
    _batch_id,
    _loaded_at
from newest
