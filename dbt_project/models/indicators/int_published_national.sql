-- National figures published elsewhere: the months they cover, their value in per cent, persons, cases or dong.
with worded as (
    select
        indicator as published_as,
        period as published_period,
        value,
        unit as base_as_worded,
        source_title,
        source_url,
        case
            when length(period) = 4 then 'year'
            when length(period) = 16 then 'range'
            when length(period) in (7, 10) and substr(period, 6, 1) in ('0', '1') then 'month'
        end as span,
        case
            when substr(unit, 1, 1) = '%' then 'PT'
            when unit like '%VND%' then 'VND'
            when unit like '%person%' then 'PS'
            else 'CS'
        end as unit,
        case
            when unit like 'thousand %' then 1000
            when unit like 'million %' then 1000000
            when unit like 'billion %' then 1000000000
            else 1
        end as factor
    from {{ ref('published_figures') }}
    where area = 'Viet Nam'
),

dated as (
    select
        *,
        case when span = 'year' then published_period || '-01' else substr(published_period, 1, 7) end as first_period,
        case
            when span = 'year' then published_period || '-12'
            when span = 'range' then substr(published_period, 10, 7)
            else substr(published_period, 1, 7)
        end as last_period
    from worded
    where span is not null
)

select
    published_as,
    published_period,
    span,
    first_period,
    last_period,
    {{ month_number(month_of_text('last_period')) }} as last_month,
    {{ month_number(month_of_text('last_period')) }} - {{ month_number(month_of_text('first_period')) }} + 1 as months,
    cast(cast(value as numeric(24, 4)) * factor as numeric(24, 4)) as published,
    unit,
    base_as_worded,
    source_title,
    source_url
from dated
