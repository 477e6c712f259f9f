-- Registry records that name a person, and those of them that lead into the population register, by the person's
-- place, sex and age in the newest month. Claims of newborns that were filed under a parent stay apart on purpose.
with newest as (
    select
        max(month) as month,
        max(month_number) as month_number
    from {{ ref('dim_month') }}
    where is_observed
),

counted as (
    select
        link.registry,
        link.person_key,
        count(*) as records,
        sum(1 - coalesce(link.probability, 1)) as false_links
    from {{ ref('link') }} as link
    where link.registry <> 'population' and link.rule <> 'newborn'
    group by link.registry, link.person_key
)

select
    newest.month,
    counted.registry,
    coalesce(spell.area_34, person.declared_area_34, '_U') as area_34,
    coalesce(person.sex, '_U') as sex,
    coalesce(age_group.age_group, '_U') as age,
    cast(sum(counted.records) as {{ dbt.type_bigint() }}) as records,
    cast(sum(case when person.spine = 'population' then counted.records else 0 end) as {{ dbt.type_bigint() }})
        as linked_records,
    cast(sum(counted.false_links) as {{ dbt.type_float() }}) as false_links
from counted
cross join newest
inner join {{ ref('dim_person') }} as person on counted.person_key = person.person_key and person.is_current
left join {{ ref('int_residence_spells') }} as spell
    on counted.person_key = spell.person_key and newest.month >= spell.month_from and newest.month <= spell.month_to
left join {{ ref('age_group') }} as age_group
    on
        age_group.age_list = 'population'
        and newest.month_number - person.birth_month_number >= age_group.age_from * 12
        and newest.month_number - person.birth_month_number < (coalesce(age_group.age_to, 999) + 1) * 12
group by 1, 2, 3, 4, 5
