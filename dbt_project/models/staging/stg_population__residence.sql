{%- set key = ['residence_id'] -%}
{{ config(unique_key=key, indexes=[{'columns': key, 'unique': true}]) }}

with newest as (
    {{ newest_version('population', 'residence', key, order_by=['change_seq']) }}
)

select
    {{ contract_columns('population', 'residence') }},
    _batch_id,
    _loaded_at
from newest
