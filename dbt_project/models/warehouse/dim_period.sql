-- Months, quarters and years as periods of publication. A stock is published when the last month is observed, a flow
-- when all months are.
with month as (
    select * from {{ ref('dim_month') }}
),

period as (
    select 'M' as freq, period, month as month_from, month as month_to, is_observed as is_whole, 1 as months from month
    union all
    select
        'Q' as freq,
        concat(year, '-Q', quarter) as period,
        min(month) as month_from,
        max(month) as month_to,
        min(case when is_observed then 1 else 0 end) = 1 as is_whole,
        3 as months
    from month
    group by year, quarter
    union all
    select
        'A' as freq,
        cast(year as {{ dbt.type_string() }}) as period,
        min(month) as month_from,
        max(month) as month_to,
        min(case when is_observed then 1 else 0 end) = 1 as is_whole,
        12 as months
    from month
    group by year
)

select
    cast(period.freq as {{ dbt.type_string() }}) as freq,
    period.period,
    period.month_from,
    period.month_to,
    period.months,
    last_month.is_observed as ends_observed,
    period.is_whole
from period
inner join month as last_month on period.month_to = last_month.month
