-- Months in a row with compulsory contributions of one person at one unit.
with worked as (
    select
        contribution.person_key,
        contribution.employer_key,
        contribution.month,
        contribution.wage_base,
        dim_month.month_number - row_number() over (
            partition by contribution.person_key, contribution.employer_key order by contribution.month
        ) as island
    from {{ ref('fct_contribution_month') }} as contribution
    inner join {{ ref('dim_month') }} as dim_month on contribution.month = dim_month.month
    where contribution.kind = 'compulsory'
)

select
    person_key,
    employer_key,
    min(month) as month_from,
    max(month) as month_to,
    count(*) as months,
    cast(avg(wage_base) as {{ dbt.type_bigint() }}) as mean_wage_base
from worked
group by person_key, employer_key, island
