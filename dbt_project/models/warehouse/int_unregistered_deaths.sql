-- Persons who are probably dead without the register knowing it yet, beside the residents of their age: the deaths
-- still to come, by the ages of those that did.
with death as (
    select
        coalesce(age_group.age_group, '_T') as age,
        count(*) as deaths
    from {{ ref('dim_person') }} as person
    inner join {{ ref('age_group') }} as age_group
        on
            age_group.age_list = 'population'
            and {{ month_number('person.death_date') }} - person.birth_month_number >= age_group.age_from * 12
            and {{ month_number('person.death_date') }} - person.birth_month_number
            < (coalesce(age_group.age_to, 999) + 1) * 12
    where person.is_current and person.death_date is not null
    group by grouping sets ((), (age_group.age_group))
),

resident as (
    select
        month,
        coalesce(age_group, '_T') as age,
        sum(population) as persons
    from {{ ref('stg_reference__population') }}
    where area_list = case when month < cast('2025-07-01' as date) then '63' else '34' end
    group by month, grouping sets ((), (age_group))
)

select
    resident.month,
    resident.age,
    cast(resident.persons as {{ dbt.type_bigint() }}) as residents,
    expected.outstanding_records * cast(death.deaths as {{ dbt.type_float() }})
    / sum(case when death.age = '_T' then death.deaths end) over (partition by resident.month) as deaths
from resident
inner join death on resident.age = death.age
inner join {{ ref('int_expected_errors') }} as expected
    on expected.evidence = 'death' and resident.month = expected.month
where resident.persons > 0
