with month as (
    select cast(date_month as date) as month
    from ({{ dbt.date_spine('month', "cast('1990-01-01' as date)", "cast('2041-01-01' as date)") }}) as spine
),

-- A month stays observed when a later delivery of it is refused: what was loaded before is still in force.
observed as (
    select distinct {{ month_of_text('period') }} as month
    from {{ source('ingest', 'batch') }}
    where registry = 'vss' and dataset = 'contribution' and loaded_at is not null
)

select
    month.month,
    {{ month_text('month.month') }} as period,
    {{ month_end('month.month') }} as month_end,
    cast(extract(year from month.month) as integer) as year,
    cast(extract(quarter from month.month) as integer) as quarter,
    cast(extract(month from month.month) as integer) as month_of_year,
    {{ month_number('month.month') }} as month_number,
    case when month.month < cast('2025-07-01' as date) then '63' else '34' end as area_list,
    observed.month is not null as is_observed
from month
left join observed on month.month = observed.month
