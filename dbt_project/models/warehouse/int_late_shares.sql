-- The share of an evidence that is heard of later than the time between its month and the newest one, with what arrived
-- of the month so far, and what is usual for one. Young months have not seen their long delays yet, so each delay is
-- judged by the months that are old enough (chain ladder; Kalbfleisch and Lawless 1989, data cut off on the right).
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

usual as (
    select
        heard.evidence,
        sum(heard.records) / max(months.number) as records
    from heard
    cross join (select count(*) as number from observed) as months
    group by heard.evidence
),

late as (
    select distinct
        evidence,
        delay
    from heard
    where delay > 0
),

-- Of what has come within so many months, by the months that are old enough to tell, the share that came in the last
-- one.
newest_share as (
    select
        late.evidence,
        late.delay,
        sum(case when heard.delay = late.delay then heard.records else 0 end)
        / cast(sum(heard.records) as {{ dbt.type_float() }}) as share
    from late
    inner join heard
        on late.evidence = heard.evidence and late.delay <= heard.waited and late.delay >= heard.delay
    group by late.evidence, late.delay
),

step as (
    select
        month,
        newest - month_number as waited
    from observed
),

-- The share of an evidence that is heard of later than so many months after its own. Where all of it comes late,
-- nothing that is there tells how much is missing: at most a hundred times as much is.
later as (
    select
        usual.evidence,
        step.month,
        max(usual.records) as usual,
        1 - exp(sum(ln(greatest(1 - coalesce(newest_share.share, 0), 0.01)))) as share
    from usual
    cross join step
    left join newest_share on usual.evidence = newest_share.evidence and step.waited < newest_share.delay
    group by usual.evidence, step.month
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
