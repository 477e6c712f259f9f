{{ config(
    materialized='incremental',
    incremental_strategy='partition_replace',
    meta={'reopened_by': ['contribution']},
    indexes=[{'columns': ['month']}]
) }}

-- What each employer had to pay to all funds for a month, what of it was paid late or not yet, and when.
select
    month,
    employer_key,
    is_late,
    case when is_late then {{ month_start('paid_date') }} end as settled_month,
    cast(sum(si_amount + oa_amount + ui_amount + hi_amount) as numeric(24, 0)) as payable,
    cast(sum(case
        when paid_date is null then si_amount + oa_amount + ui_amount + hi_amount - paid_amount
        when is_late then si_amount + oa_amount + ui_amount + hi_amount
        else 0
    end) as numeric(24, 0)) as outstanding
from {{ ref('fct_contribution_month') }}
where kind = 'compulsory' and {{ in_reopened_months('month') }}
group by 1, 2, 3, 4
