{{ config(alias='indicator', indexes=[{'columns': ['indicator', 'month', 'area_key']}]) }}

with target as (
    select
        indicator,
        period as year,
        {{ dbt.listagg(
            "concat(operator, ' ', value, ' ', unit, ' (', source, ')')", "'; '", 'order by source'
        ) }} as targets
    from {{ ref('indicator_target') }}
    group by indicator, period
)

select
    observation.indicator,
    indicator.name_en,
    indicator.name_vi,
    observation.freq,
    period.month_to as month,
    observation.period,
    concat(observation.area_list, '-', observation.area) as area_key,
    observation.area_list,
    observation.sex,
    observation.age,
    observation.breakdown,
    observation.category,
    observation.numerator,
    observation.denominator,
    observation.value,
    observation.unit,
    observation.denominator_concept,
    observation.obs_status,
    observation.lower,
    observation.upper,
    target.targets
from {{ ref('indicator_observation') }} as observation
inner join {{ ref('indicator') }} as indicator on observation.indicator = indicator.indicator
inner join {{ ref('dim_period') }} as period on observation.period = period.period
left join target on observation.indicator = target.indicator and substring(observation.period, 1, 4) = target.year
