{{ config(
    unique_key=['claim_id'],
    indexes=[{'columns': ['claim_id', 'line_no'], 'unique': true}]
) }}

with newest as (
    {{ newest_version('health', 'claim_drug', order_by=['submitted_date', 'submitted_file'], key=['claim_id', 'line_no']) }}
)

select
    {{ contract_columns('health', 'claim_drug') }},
    _batch_id,
    _loaded_at
from newest
