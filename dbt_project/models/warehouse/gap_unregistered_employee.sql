-- Employees by a labour contract of a month or more, or by taxed wages, and no compulsory insurance; by year and
-- employer. Obliged are persons from 15 years to the retirement age outside the armed forces.
with insured as (
    select distinct month, person_key from {{ ref('fct_contribution_month') }} where kind = 'compulsory'
),

contracted as (
    select
        dim_month.year,
        contract.person_key,
        contract.employer_key,
        count(distinct dim_month.month) as contract_months,
        count(distinct case when insured.person_key is null then dim_month.month end) as uninsured_months,
        max(contract.monthly_wage) as monthly_wage,
        min(coalesce(contract.link_probability, 1)) as link_probability
    from {{ ref('fct_labour_contract') }} as contract
    inner join {{ ref('dim_month') }} as dim_month
        on
            dim_month.is_observed
            and contract.start_date <= dim_month.month
            and coalesce(contract.end_date, {{ forever() }}) >= dim_month.month_end
    left join insured on dim_month.month = insured.month and contract.person_key = insured.person_key
    group by dim_month.year, contract.person_key, contract.employer_key
),

observed as (
    select
        year,
        min(month) as first_month,
        count(*) as months
    from {{ ref('dim_month') }}
    where is_observed
    group by year
),

insured_year as (
    select distinct dim_month.year, insured.person_key
    from insured
    inner join {{ ref('dim_month') }} as dim_month on insured.month = dim_month.month
),

-- Where insurance was deducted, only a year that was seen whole can say that none was paid.
taxed as (
    select
        wage.tax_year as year,
        wage.person_key,
        wage.employer_key,
        sum(wage.taxable_income) as taxable_income,
        sum(wage.insurance_deducted) as insurance_deducted,
        min(coalesce(wage.link_probability, 1)) as link_probability,
        max(case when insured_year.person_key is null then 1 else 0 end) as is_uninsured
    from {{ ref('fct_wage_year') }} as wage
    inner join observed on wage.tax_year = observed.year
    left join insured_year on wage.tax_year = insured_year.year and wage.person_key = insured_year.person_key
    where wage.insurance_deducted = 0 or observed.months = 12
    group by wage.tax_year, wage.person_key, wage.employer_key
),

found as (
    select
        coalesce(contracted.year, taxed.year) as year,
        coalesce(contracted.person_key, taxed.person_key) as person_key,
        coalesce(contracted.employer_key, taxed.employer_key) as employer_key,
        coalesce(contracted.contract_months, 0) as contract_months,
        coalesce(contracted.uninsured_months, 0) as uninsured_months,
        contracted.monthly_wage,
        taxed.taxable_income,
        taxed.insurance_deducted,
        least(contracted.link_probability, taxed.link_probability) as link_probability
    from contracted
    full outer join taxed
        on
            contracted.year = taxed.year
            and contracted.person_key = taxed.person_key
            and contracted.employer_key = taxed.employer_key
    where contracted.uninsured_months > 0 or (contracted.person_key is null and taxed.is_uninsured = 1)
)

select
    found.year,
    found.person_key,
    found.employer_key,
    cast(found.contract_months as integer) as contract_months,
    cast(found.uninsured_months as integer) as uninsured_months,
    found.monthly_wage,
    cast(found.taxable_income as {{ dbt.type_bigint() }}) as taxable_income,
    cast(found.insurance_deducted as {{ dbt.type_bigint() }}) as insurance_deducted,
    found.link_probability
from found
inner join observed on found.year = observed.year
inner join {{ ref('dim_person') }} as person on found.person_key = person.person_key and person.is_current
where
    not person.armed_forces
    and coalesce(person.birth_month_number + 15 * 12 <= {{ month_number('observed.first_month') }}, true)
    and coalesce(person.retirement_month > observed.first_month, true)
    and coalesce(person.death_date > observed.first_month, true)
