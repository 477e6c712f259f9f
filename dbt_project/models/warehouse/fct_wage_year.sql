{{ config(
    materialized='incremental',
    incremental_strategy='partition_replace',
    meta={'reopened_by': ['wage']}
) }}

-- Wages by person, payer and year from the newest tax return; `month` is the January of the year.
with employer as (
    select
        tax_code,
        min(employer_key) as employer_key
    from {{ ref('dim_employer') }}
    group by tax_code
)

select
    {{ year_start('income.tax_year') }} as month,
    cast(income.tax_year as integer) as tax_year,
    link.person_key,
    employer.employer_key,
    income.return_id,
    income.line_no,
    income.taxable_income,
    income.insurance_deducted,
    income.tax_withheld,
    income.dependants,
    link.probability as link_probability,
    income.filed_at as recorded_at,
    income._batch_id
from {{ ref('stg_tax__wage_income') }} as income
left join {{ ref('link') }} as link
    on link.dataset = 'wage_income' and concat(income.return_id, ':', income.line_no) = link.record_id
left join employer on income.payer_tax_code = employer.tax_code
where {{ in_reopened_months(year_start('income.tax_year')) }}
