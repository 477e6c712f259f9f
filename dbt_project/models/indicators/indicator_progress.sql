{%- set months_left = "(cast(target.period as integer) * 12 + 11 - " ~ month_number('period.month_to') ~ ")" -%}
-- How far each total is from the targets of its year and later ones. The pace of the last 12 months, kept up, tells
-- whether a target that is not met yet will be.
with target as (
    select
        target.indicator,
        target.period,
        target.operator,
        cast({{ dbt.split_part('target.value', "'-'", 1) }} as numeric(12, 4)) as value,
        target.source,
        case indicator.direction when 'down' then -1 else 1 end as sign
    from {{ ref('indicator_target') }} as target
    inner join {{ ref('indicator') }} as indicator on target.indicator = indicator.indicator
),

observed as (
    select
        observation.indicator,
        observation.freq,
        observation.period,
        observation.area_list,
        observation.area,
        observation.value,
        earlier.value as earlier_value
    from {{ ref('indicator_observation') }} as observation
    left join {{ ref('indicator_observation') }} as earlier
        on
            observation.indicator = earlier.indicator
            and observation.area = earlier.area
            and earlier.area_list = '34'
            and earlier.sex = '_T'
            and earlier.age = '_T'
            and earlier.breakdown = '_T'
            and earlier.period = concat(
                cast(substring(observation.period, 1, 4) as integer) - 1, substring(observation.period, 5)
            )
    where
        observation.area_list = '34'
        and observation.sex = '_T'
        and observation.age = '_T'
        and observation.breakdown = '_T'
),

measured as (
    select
        observed.*,
        target.period as target_period,
        target.operator,
        target.value as target_value,
        target.source,
        target.sign * (observed.value - target.value) as distance,
        target.sign * (observed.value - observed.earlier_value) as pace,
        {{ months_left }} / 12.0 as years_left
    from observed
    inner join {{ ref('dim_period') }} as period on observed.period = period.period
    inner join target on observed.indicator = target.indicator and substring(observed.period, 1, 4) <= target.period
)

select
    indicator,
    freq,
    period,
    area_list,
    area,
    value,
    target_period,
    operator,
    target_value,
    source,
    cast(distance as numeric(24, 4)) as distance,
    cast(case when distance < 0 and years_left > 0 then -distance / years_left end as numeric(24, 4)) as required_pace,
    cast(pace as numeric(24, 4)) as observed_pace,
    cast(case
        when value is null then 'no_data'
        when distance > 0 or (distance = 0 and operator <> '>') then 'met'
        when years_left = 0 then 'off_track'
        when pace is null then 'no_data'
        when distance + pace * years_left >= 0 then 'on_track'
        else 'off_track'
    end as {{ dbt.type_string() }}) as status
from measured
