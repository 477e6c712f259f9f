-- Voluntary participants with a State subsidy, and its amount. The amount tells the group: a rate of the contribution
-- at the rural poverty line, by the rule of the month; an amount of no rate is _U.
with paid as (
    select
        month,
        person_key,
        sum(subsidy_amount) as amount
    from {{ ref('fct_contribution_month') }}
    where kind = 'voluntary' and subsidy_amount > 0
    group by month, person_key
),

subsidised as (
    select
        paid.*,
        coalesce(rule.category, '_U') as poverty
    from paid
    left join {{ ref('voluntary_subsidy') }} as rule
        on
            paid.month >= rule.valid_from
            and paid.month <= coalesce(rule.valid_to, {{ forever() }})
            and paid.amount = round(rule.poverty_line * rule.contribution_rate * rule.subsidy_rate)
),

placed as (
    {{ at_month_end('subsidised', {'person_key': 'p.person_key', 'poverty': 'p.poverty', 'amount': 'p.amount'}) }}
),

aged as (
    select
        placed.*,
        coalesce(age_group.age_group, '_U') as age
    from placed
    left join {{ ref('age_group') }} as age_group
        on
            age_group.age_list = 'labour_force'
            and placed.years >= age_group.age_from
            and placed.years <= coalesce(age_group.age_to, 999)
)

select
    month,
    area_34,
    cast('_U' as {{ dbt.type_string() }}) as area_63,
    case when grouping(sex) = 1 then '_T' else sex end as sex,
    case when grouping(age) = 1 then '_T' else age end as age,
    {{ breakdown_of(['poverty']) }} as breakdown,
    {{ category_of(['poverty']) }} as category,
    cast(count(*) as {{ dbt.type_bigint() }}) as persons,
    cast(sum(amount) as {{ dbt.type_bigint() }}) as amount,
    cast(max(amount) as {{ dbt.type_bigint() }}) as largest_1,
    cast({{ second_largest('amount') }} as {{ dbt.type_bigint() }}) as largest_2
from aged
group by grouping sets ((month, area_34, sex, age), (month, area_34, poverty))
