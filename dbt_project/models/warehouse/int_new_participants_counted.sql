{%- set breakdowns = {
    'scheme': "case when p.si_compulsory then 'COMPULSORY' when p.si_voluntary then 'VOLUNTARY' else '_U' end",
} -%}
-- Persons whose first month of social insurance ever it is. The ledger begins later than many careers, so the first
-- month is the one the register of participants states; a person with several numbers is new once.
with joined as (
    select
        dim_month.month,
        person.person_key,
        participation.si_compulsory,
        participation.si_voluntary
    from {{ ref('dim_person') }} as person
    inner join {{ ref('dim_month') }} as dim_month
        on person.first_si_month = dim_month.month and dim_month.is_observed
    -- The month is compared as a range, so that PostgreSQL joins by the person: by the month it would compare everybody
    -- with everybody.
    left join {{ ref('fct_participation_month') }} as participation
        on
            person.person_key = participation.person_key
            and person.first_si_month <= participation.month
            and person.first_si_month >= participation.month
    where person.is_current
),

counted as (
    {{ count_at_month_end('joined', {'persons': 'true'}, breakdowns=breakdowns) }}
)

{{ count_by_age_group('counted', 'labour_force', ['persons']) }}
