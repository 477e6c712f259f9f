{{ config(
    unique_key=['tax_code'],
    indexes=[{'columns': ['tax_code'], 'unique': true}]
) }}

with newest as (
    {{ newest_version('tax', 'payer', order_by=['updated_at']) }}
)

select
    {{ contract_columns('tax', 'payer') }},
    substring(vsic_code, 1, 1) as vsic_section,
    _batch_id,
    _loaded_at
from newest
