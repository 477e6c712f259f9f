{{ config(
    materialized='incremental',
    incremental_strategy='partition_replace',
    meta={'reopened_by': ['card', 'person']}
) }}

-- Persons with a health insurance card that is valid on the last day of the month; several cards count once. A card
-- that was withdrawn was valid until its last day: the dates alone decide.
with insured as (
    select
        dim_month.month,
        card.person_key,
        min(card.payer_group) as payer_group,
        max(case when card.is_electronic then 1 else 0 end) as e_card
    from {{ ref('fct_hi_card') }} as card
    inner join {{ ref('dim_month') }} as dim_month
        on dim_month.is_observed and dim_month.month_end between card.valid_from and card.valid_to
    where card.person_key is not null and {{ in_reopened_months('dim_month.month') }}
    group by dim_month.month, card.person_key
),

placed as (
    {{ place_at_month_end('insured', ['payer_group', 'e_card']) }}
)

select
    placed.month,
    coalesce(placed.area_34, '_U') as area_34,
    coalesce(placed.area_63, '_U') as area_63,
    coalesce(placed.sex, '_U') as sex,
    coalesce(age_group.age_group, '_U') as age,
    placed.payer_group,
    count(*) as persons,
    sum(placed.e_card) as e_card_persons
from placed
{{ join_age_group('placed.age', 'population') }}
where placed.is_alive and placed.is_resident
group by 1, 2, 3, 4, 5, 6
