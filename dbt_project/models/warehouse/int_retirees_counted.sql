{%- set measures = {
    'persons': 'true',
    'receiving_persons': 'p.receives',
} -%}
{%- set breakdowns = {'benefit_type': 'p.benefit_type'} -%}
{{ config(
    materialized='incremental',
    incremental_strategy='partition_replace',
    meta={'reopened_by': ['contribution', 'benefit', 'person']}
) }}

-- Residents past the retirement age at the month's end, and those of them who receive a pension, a monthly benefit of
-- social insurance or the social pension.
with retired as (
    select
        dim_month.month,
        person.person_key
    from {{ ref('dim_person') }} as person
    inner join {{ ref('dim_month') }} as dim_month
        on dim_month.is_observed and person.retirement_month <= dim_month.month
    where person.is_current and person.spine = 'population' and {{ in_reopened_months('dim_month.month') }}
),

receiver as (
    select
        month,
        person_key,
        case when pension then 'PENSION' when other_benefit then 'MONTHLY' else 'SOCIAL_PENSION' end as benefit_type
    from {{ ref('fct_participation_month') }}
    where (pension or social_pension or other_benefit) and {{ in_reopened_months('month') }}
),

candidate as (
    select
        retired.month,
        retired.person_key,
        receiver.person_key is not null as receives,
        coalesce(receiver.benefit_type, 'NONE') as benefit_type
    from retired
    left join receiver on retired.month = receiver.month and retired.person_key = receiver.person_key
),

counted as (
    {{ count_at_month_end('candidate', measures, breakdowns=breakdowns) }}
)

{{ count_by_age_group('counted', 'retirement', measures) }}
