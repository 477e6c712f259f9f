{%- set schemes = [
    'si_compulsory', 'si_voluntary', 'ui', 'occupational_accident', 'hi_payer_group', 'pension', 'social_pension',
    'other_benefit', 'unemployment_benefit',
] -%}
-- Months in a row in which a person takes part in the same schemes.
with followed as (
    select
        participation.person_key,
        participation.month,
        {{ schemes | join(',\n        ') }},
        dim_month.month_number - row_number() over (
            partition by participation.person_key, {{ schemes | join(', ') }}
            order by participation.month
        ) as island
    from {{ ref('fct_participation_month') }} as participation
    inner join {{ ref('dim_month') }} as dim_month on participation.month = dim_month.month
)

select
    person_key,
    {{ schemes | join(',\n    ') }},
    min(month) as month_from,
    max(month) as month_to,
    count(*) as months
from followed
group by person_key, {{ schemes | join(', ') }}, island
