-- The share of an evidence that is heard of later than the time between its month and the newest one, by the delays of
-- all observed months; with what arrived of the month so far, and what is usual for one.
with observed as (
    select
        month,
        month_number,
        max(month_number) over () as newest
    from {{ ref('dim_month') }}
    where is_observed
),

heard as (
    select
        delays.evidence,
        delays.month,
        observed.newest - observed.month_number as waited,
        delays.delay,
        delays.records
    from {{ ref('int_recording_delays') }} as delays
    inner join observed on delays.month = observed.month
),

whole as (
    select
        evidence,
        sum(records) as records
    from heard
    group by evidence
),

step as (
    select
        month,
        newest - month_number as waited
    from observed
),

-- The share of an evidence that is heard of later than so many months after its own.
later as (
    select
        whole.evidence,
        step.month,
        coalesce(sum(heard.records), 0) / max(whole.records) as share,
        max(whole.records) / max(months.number) as usual
    from whole
    cross join step
    cross join (select count(*) as number from observed) as months
    left join heard on whole.evidence = heard.evidence and step.waited < heard.delay
    group by whole.evidence, step.month
),

arrived as (
    select
        evidence,
        month,
        sum(records) as records
    from heard
    group by evidence, month
)

select
    later.evidence,
    later.month,
    cast(later.share as {{ dbt.type_float() }}) as share,
    cast(later.usual as {{ dbt.type_float() }}) as usual_records,
    cast(coalesce(arrived.records, 0) as {{ dbt.type_bigint() }}) as records
from later
left join arrived on later.evidence = arrived.evidence and later.month = arrived.month
