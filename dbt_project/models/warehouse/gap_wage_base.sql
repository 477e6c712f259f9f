-- Wages taxed against the wage base declared to VSS, by year and employer. A year's wages count as twelve months, so
-- that work for part of it does not look like a shortfall; the base that is owed ends at the legal cap.
with declared as (
    select
        dim_month.year,
        contribution.person_key,
        contribution.employer_key,
        count(*) as months,
        avg(contribution.wage_base) as wage_base,
        min(coalesce(contribution.link_probability, 1)) as link_probability
    from {{ ref('fct_contribution_month') }} as contribution
    inner join {{ ref('dim_month') }} as dim_month on contribution.month = dim_month.month
    where contribution.kind = 'compulsory'
    group by dim_month.year, contribution.person_key, contribution.employer_key
),

taxed as (
    select
        tax_year as year,
        person_key,
        employer_key,
        sum(taxable_income) / 12 as monthly_income,
        min(coalesce(link_probability, 1)) as link_probability
    from {{ ref('fct_wage_year') }}
    where employer_key is not null
    group by tax_year, person_key, employer_key
),

compared as (
    select
        declared.year,
        declared.person_key,
        declared.employer_key,
        declared.months,
        declared.wage_base,
        taxed.monthly_income,
        least(taxed.monthly_income, {{ var('wage_base_cap') }}) as owed_base,
        least(declared.link_probability, taxed.link_probability) as link_probability
    from declared
    inner join taxed
        on
            declared.year = taxed.year
            and declared.person_key = taxed.person_key
            and declared.employer_key = taxed.employer_key
)

select
    year,
    person_key,
    employer_key,
    cast(months as integer) as months,
    cast(wage_base as {{ dbt.type_bigint() }}) as wage_base,
    cast(monthly_income as {{ dbt.type_bigint() }}) as monthly_income,
    cast(owed_base as {{ dbt.type_bigint() }}) as owed_base,
    cast(owed_base - wage_base as {{ dbt.type_bigint() }}) as monthly_shortfall,
    link_probability
from compared
where wage_base < owed_base * (1 - {{ var('wage_base_tolerance') }})
