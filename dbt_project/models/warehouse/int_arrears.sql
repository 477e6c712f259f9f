-- What each employer is late with at the end of each month. Contributions of a month are due on the last day of the
-- next one. Law 41/2024/QH15 tells late payment (Article 38) from evasion (Article 39), which begins 60 days after that
-- day; before July 2025 all of it is late payment.
with late as (
    select
        observed.month,
        contribution.employer_key,
        observed.month_number - {{ month_number('contribution.month') }} - 1 as months_overdue,
        {{ dbt.datediff(month_end(add_months('contribution.month', 1)), 'observed.month_end', 'day') }} as days_overdue,
        sum(contribution.outstanding) as amount
    from {{ ref('int_contributions_by_employer') }} as contribution
    inner join {{ ref('dim_month') }} as observed
        on observed.is_observed and contribution.month < {{ add_months('observed.month', -1) }}
    where
        contribution.is_late
        and coalesce(contribution.settled_month > observed.month, true)
    group by 1, 2, 3, 4
)

select
    late.month,
    late.employer_key,
    coalesce(employer.area_34, '_U') as area_34,
    coalesce(employer.ownership, '_U') as ownership,
    coalesce(employer.vsic_published, '_U') as vsic_section,
    case
        when late.month >= cast('2025-07-01' as date) and late.days_overdue > 60 then 'EVASION' else 'LATE'
    end as arrears,
    case
        when late.months_overdue = 1 then 'M1'
        when late.months_overdue <= 3 then 'M2T3'
        when late.months_overdue <= 6 then 'M4T6'
        else 'M_GE7'
    end as overdue,
    cast(sum(late.amount) as numeric(24, 0)) as amount
from late
left join {{ ref('dim_employer') }} as employer on late.employer_key = employer.employer_key
where late.amount > 0
group by 1, 2, 3, 4, 5, 6, 7
