{{ config(
    unique_key=['residence_id'],
    indexes=[{'columns': ['residence_id'], 'unique': true}]
) }}

with newest as (
    {{ newest_version('population', 'residence', order_by=['change_seq']) }}
)

select
    {{ contract_columns('population', 'residence') }},
    _batch_id,
    _loaded_at
from newest
