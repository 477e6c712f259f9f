{{ config(
    materialized='incremental',
    incremental_strategy='partition_replace',
    meta={'reopened_by': ['contribution', 'card', 'benefit', 'claim', 'death', 'person']},
    indexes=[{'columns': ['month']}]
) }}

-- Residents of the population register without a valid card at the end of the month. A person in a doubtful pair may
-- have a card that was not linked.
with doubtful as (
    select
        node.person_key,
        count(*) as pairs
    from {{ source('identity', 'doubtful') }} as pair
    inner join {{ source('identity', 'node_person') }} as node
        on pair.left_node = node.node_id or pair.right_node = node.node_id
    group by node.person_key
),

insured as (
    select
        month,
        person_key
    from {{ ref('fct_participation_month') }}
    where hi_payer_group is not null and {{ in_reopened_months('month') }}
),

card as (
    select
        person_key,
        min(valid_from) as first_from,
        max(valid_to) as last_to
    from {{ ref('fct_hi_card') }}
    group by person_key
)

select
    dim_month.month,
    person.person_key,
    spell.area_34,
    spell.area_63,
    case when card.first_from <= dim_month.month_end then card.last_to end as last_card_to,
    cast(coalesce(doubtful.pairs, 0) as integer) as doubtful_pairs
from {{ ref('int_residence_spells') }} as spell
inner join {{ ref('dim_month') }} as dim_month
    on
        dim_month.is_observed
        and spell.month_from <= dim_month.month
        and spell.month_to >= dim_month.month
        and {{ in_reopened_months('dim_month.month') }}
inner join {{ ref('dim_person') }} as person
    on
        spell.person_key = person.person_key
        and person.is_current
        and coalesce(dim_month.month_end < person.death_date, person.life_status <> 'deceased')
        and coalesce(dim_month.month_end >= person.birth_date, true)
left join insured on dim_month.month = insured.month and person.person_key = insured.person_key
left join card on person.person_key = card.person_key
left join doubtful on person.person_key = doubtful.person_key
where insured.person_key is null
