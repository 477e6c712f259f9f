-- Residents of the population register at month ends by urban ward and by ethnicity: the base of such breakdowns.
-- Spells are counted first and spread over their months after that.
with observed as (
    select month from {{ ref('dim_month') }} where is_observed
),

spell as (
    select
        spell.area_34,
        case when spell.is_urban then 'U' when not spell.is_urban then 'R' else '_U' end as urbanisation,
        coalesce(person.ethnicity, '_U') as ethnicity,
        greatest(spell.month_from, {{ month_start('person.birth_date') }}) as month_from,
        least(spell.month_to, {{ add_months(month_start('person.death_date'), -1) }}) as month_to,
        count(*) as persons
    from {{ ref('int_residence_spells') }} as spell
    inner join {{ ref('dim_person') }} as person on spell.person_key = person.person_key and person.is_current
    where person.death_date is not null or person.life_status <> 'deceased'
    group by 1, 2, 3, 4, 5
)

select
    observed.month,
    spell.area_34,
    cast('_U' as {{ dbt.type_string() }}) as area_63,
    cast('_T' as {{ dbt.type_string() }}) as sex,
    cast('_T' as {{ dbt.type_string() }}) as age,
    {{ breakdown_of(['urbanisation', 'ethnicity']) }} as breakdown,
    {{ category_of(['urbanisation', 'ethnicity']) }} as category,
    cast(sum(spell.persons) as {{ dbt.type_bigint() }}) as persons
from spell
inner join observed on observed.month between spell.month_from and spell.month_to
group by grouping sets ((observed.month, spell.area_34, urbanisation), (observed.month, spell.area_34, ethnicity))
