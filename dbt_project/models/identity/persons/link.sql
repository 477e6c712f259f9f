{{ config(
    materialized='incremental',
    incremental_strategy='record_replace',
    unique_key=['dataset', 'record_id'],
    indexes=[{'columns': ['dataset', 'record_id'], 'unique': true}, {'columns': ['person_key']}]
) }}

{%- set in_work = ref('batch_in_work') %}
{%- set edge = source('identity', 'edge') %}
-- The person of each record, with the strongest evidence of its node: a steward's decision, a rule, then the model.
with record as (
    select
        record.registry,
        record.dataset,
        record.record_id,
        record.node_id,
        record.is_newborn,
        record._batch_id,
        node.person_key,
        node.linked_at
    from {{ ref('record') }} as record
    inner join {{ source('identity', 'node_person') }} as node on record.node_id = node.node_id
    {%- if is_incremental() %}
    where
        record._batch_id in (select batch_id from {{ in_work }})
        or record.node_id in (
            select linked.node_id from {{ source('identity', 'node_person') }} as linked
            where linked.linked_at > {{ last_mark() }}
            union all
            select edge.left_node from {{ edge }} as edge where edge.made_at > {{ last_mark() }}
            union all
            select edge.right_node from {{ edge }} as edge where edge.made_at > {{ last_mark() }}
        )
        -- Records whose newest row a corrected delivery took back.
        or concat(record.dataset, ' ', record.record_id) in (
            select concat(earlier.dataset, ' ', earlier.record_id) from {{ this }} as earlier
            where earlier._batch_id in (select batch_id from {{ in_work }})
        )
    {%- endif %}
),

evidence as (
    {%- for node in ['left_node', 'right_node'] %}
    select
        edge.{{ node }} as node_id,
        concat(
            case edge.method when 'steward' then 3 when 'rule' then 2 else 1 end,
            cast(5000 + coalesce(edge.weight, 0) as numeric(8, 3)),
            cast(coalesce(edge.probability, 1) as numeric(9, 8)),
            coalesce(edge.rule, edge.method)
        ) as strength
    from {{ edge }} as edge
    {{ "where edge." ~ node ~ " in (select record.node_id from record)" if is_incremental() }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

strongest as (
    select node_id, max(strength) as strength from evidence group by node_id
)

select
    record.registry,
    record.dataset,
    record.record_id,
    record.person_key,
    cast(case
        when strongest.strength is not null then substring(strongest.strength, 20)
        when record.is_newborn then 'newborn'
        else 'none'
    end as {{ dbt.type_string() }}) as rule,
    cast(substring(strongest.strength, 10, 10) as {{ dbt.type_float() }}) as probability,
    record.linked_at,
    record._batch_id
from record
left join strongest on record.node_id = strongest.node_id
