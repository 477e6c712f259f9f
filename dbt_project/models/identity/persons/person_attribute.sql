{{ config(materialized='view') }}

-- What each record says of its person, which value is believed, and why the others are not.
with replaced as (
    {{ replaced_numbers() }}
),

claimed as (
    {%- for attribute, (value, plausible) in surviving_attributes().items() %}
    select
        node.person_key,
        '{{ attribute }}' as attribute,
        {{ value }} as value,
        record.registry,
        record.dataset,
        record.record_id,
        record.recorded_at,
        survivorship.rank,
        survivorship.reason,
        {{ survival_key(value, plausible, 'survivorship.rank') }} as survival_key
    from {{ ref('record') }} as record
    inner join {{ source('identity', 'node_person') }} as node on record.node_id = node.node_id
    inner join {{ ref('survivorship') }} as survivorship
        on survivorship.attribute = '{{ attribute }}' and record.dataset = survivorship.dataset
    left join replaced on record.dataset = 'person' and record.personal_number = replaced.old_value
    where {{ 'record.born_on' if attribute == 'birth_date' else value }} is not null
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

ranked as (
    select
        *,
        first_value(survival_key) over best as best_key,
        row_number() over best as place
    from claimed
    window best as (
        partition by person_key, attribute
        order by case when survival_key is null then 1 else 0 end, survival_key desc, record_id
    )
)

select
    person_key,
    cast(attribute as {{ dbt.type_string() }}) as attribute,
    cast(value as {{ dbt.type_string() }}) as value,
    registry,
    dataset,
    record_id,
    recorded_at,
    coalesce(survival_key is not null and place = 1, false) as is_chosen,
    cast(case
        when survival_key is null then 'Not plausible, or replaced'
        when place = 1 then reason
        when substring(survival_key, 13) = substring(best_key, 13) then 'Agrees with the chosen value'
        when substring(survival_key, 1, 2) < substring(best_key, 1, 2) then 'A better source has another value'
        else 'The same source has a later value'
    end as {{ dbt.type_string() }}) as reason
from ranked
