{%- set measures = {
    'persons': 'count(*)',
    'e_card_persons': 'sum(p.e_card)',
} -%}
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

counted as (
    {{ count_at_month_end('insured', measures, by=['payer_group']) }}
)

{{ count_by_age_group('counted', 'population', measures, by=['payer_group']) }}
