-- Contributions of employers payable in the twelve months to the end of each month; where fewer are observed, their
-- mean stands for the others.
with payable as (
    select
        contribution.month,
        coalesce(employer.area_34, '_U') as area_34,
        coalesce(employer.ownership, '_U') as ownership,
        coalesce(employer.vsic_published, '_U') as vsic_section,
        sum(contribution.payable) as payable
    from {{ ref('int_contributions_by_employer') }} as contribution
    left join {{ ref('dim_employer') }} as employer on contribution.employer_key = employer.employer_key
    group by 1, 2, 3, 4
),

year_to as (
    select
        observed.month,
        count(*) as months,
        min(within_year.month) as first_month
    from {{ ref('dim_month') }} as observed
    inner join {{ ref('dim_month') }} as within_year
        on
            within_year.is_observed
            and observed.month >= within_year.month
            and {{ add_months('observed.month', -12) }} < within_year.month
    where observed.is_observed
    group by observed.month
)

select
    year_to.month,
    payable.area_34,
    payable.ownership,
    payable.vsic_section,
    cast(round(sum(payable.payable) * 12 / max(year_to.months), 0) as numeric(24, 0)) as payable
from year_to
inner join payable on year_to.first_month <= payable.month and year_to.month >= payable.month
group by year_to.month, payable.area_34, payable.ownership, payable.vsic_section
