{%- set obliged = "not person.armed_forces "
    "and coalesce(person.birth_month_number + 180 <= dim_month.month_number, true) "
    "and coalesce(person.retirement_month > p.month, true)" -%}
{%- set measures = {'obliged_persons': obliged, 'uninsured_persons': 'p.is_uninsured and ' ~ obliged} -%}
{%- set breakdowns = {
    'vsic_section': 'p.vsic_published', 'ownership': 'p.ownership', 'employer_size': 'p.size_class',
} -%}
-- By quarter: persons whom a labour contract or taxed wages oblige to compulsory insurance, and those of them without
-- a month of it in the quarter. A return states wages by year: it speaks for the quarters in which the person was
-- insured, or for all when it never was. Evasion is not late payment: who is declared and unpaid is insured here.
with quarter as (
    select * from {{ ref('dim_period') }} where freq = 'Q' and is_whole
),

month as (
    select
        dim_month.month,
        dim_month.month_end,
        dim_month.year,
        quarter.period,
        quarter.month_to
    from {{ ref('dim_month') }} as dim_month
    inner join quarter on dim_month.month between quarter.month_from and quarter.month_to
),

insured as (
    select distinct
        month.year,
        month.period,
        contribution.person_key
    from {{ ref('fct_contribution_month') }} as contribution
    inner join month on contribution.month = month.month
    where contribution.kind = 'compulsory'
),

insured_year as (
    select distinct
        dim_month.year,
        contribution.person_key
    from {{ ref('fct_contribution_month') }} as contribution
    inner join {{ ref('dim_month') }} as dim_month on contribution.month = dim_month.month
    where contribution.kind = 'compulsory'
),

working as (
    select
        month.period,
        month.month_to,
        contract.person_key,
        {{ ranked('contract.monthly_wage', 'contract.employer_key') }} as employer
    from {{ ref('fct_labour_contract') }} as contract
    inner join month
        on contract.start_date <= month.month and coalesce(contract.end_date, {{ forever() }}) >= month.month_end
    union all
    select
        month.period,
        month.month_to,
        wage.person_key,
        {{ ranked('wage.taxable_income / 12', 'wage.employer_key') }} as employer
    from {{ ref('fct_wage_year') }} as wage
    inner join month on wage.tax_year = month.year and month.month = month.month_to
    left join insured on month.period = insured.period and wage.person_key = insured.person_key
    left join insured_year on wage.tax_year = insured_year.year and wage.person_key = insured_year.person_key
    where wage.person_key is not null and (insured.person_key is not null or insured_year.person_key is null)
),

worker as (
    select
        period,
        month_to,
        person_key,
        max(employer) as employer
    from working
    group by period, month_to, person_key
),

candidate as (
    select
        worker.month_to as month,
        worker.person_key,
        insured.person_key is null as is_uninsured,
        employer.vsic_published,
        employer.ownership,
        employer.size_class
    from worker
    left join insured on worker.period = insured.period and worker.person_key = insured.person_key
    left join {{ ref('dim_employer') }} as employer on {{ ranked_value('worker.employer') }} = employer.employer_key
),

counted as (
    {{ count_at_month_end('candidate', measures, breakdowns=breakdowns) }}
)

{{ count_by_age_group('counted', 'labour_force', ['obliged_persons', 'uninsured_persons']) }}
