{{ config(
    unique_key=['claim_id'],
    indexes=[{'columns': ['claim_id'], 'unique': true}]
) }}

with newest as (
    {{ newest_version('health', 'discharge', order_by=['submitted_date', 'submitted_file']) }}
)

select
    {{ contract_columns('health', 'discharge') }},
    _batch_id,
    _loaded_at
from newest
