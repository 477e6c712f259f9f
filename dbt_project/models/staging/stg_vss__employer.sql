{{ config(
    unique_key=['unit_code'],
    indexes=[{'columns': ['unit_code'], 'unique': true}]
) }}

with newest as (
    {{ newest_version('vss', 'employer', order_by=['updated_at']) }}
)

select
    {{ contract_columns('vss', 'employer') }},
    substring(vsic_code, 1, 1) as vsic_section,
    _batch_id,
    _loaded_at
from newest
