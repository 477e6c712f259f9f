{%- set key = ['event_id'] -%}
{{ config(unique_key=key, indexes=[{'columns': key, 'unique': true}]) }}

with newest as (
    {{ newest_version('population', 'vital_event', key, order_by=['change_seq']) }}
)

select
    {{ contract_columns('population', 'vital_event') }},
    _batch_id,
    _loaded_at
from newest
