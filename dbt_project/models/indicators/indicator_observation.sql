{{ config(indexes=[{
    'columns': ['indicator', 'period', 'area_list', 'area', 'sex', 'age', 'breakdown', 'category'],
    'unique': true,
}], post_hook="{{ analyze() }}") }}

-- All figures; those that rest on links get their interval here (macros/intervals.sql tells how).
with placed as (
    select
        figure.*,
        {{ evidence_of('figure.indicator') }} as evidence,
        {{ base_evidence_of('figure.indicator') }} as base_evidence,
        dim_period.month_to,
        cast(greatest(figure.numerator, 1) as {{ dbt.type_float() }}) as persons,
        max(case when figure.area = 'VN' and figure.sex = '_T' and figure.age = '_T' and figure.breakdown = '_T'
            then figure.numerator end) over (
            partition by figure.indicator, figure.freq, figure.period, figure.area_list
        ) as nation
    from {{ ref('int_figures') }} as figure
    inner join {{ ref('dim_period') }} as dim_period
        on figure.freq = dim_period.freq and figure.period = dim_period.period
),

expected as (
    {{ expected_errors('placed') }}
),

counted as (
    select
        expected.*,
        greatest(persons * late_share, undeclared) + persons * (held_share + link_share + moved_share) as missing,
        persons * (cancelled_share + dead_share + link_share + moved_share) as excess,
        coalesce(denominator, 0) * base_late_share as base_missing
    from expected
)

select
    indicator, freq, period, area_list, area, sex, age, breakdown, category, numerator, denominator, value, unit,
    denominator_concept, obs_status,
    case when evidence is not null then {{ bound('lower', 'counted') }} end as lower,
    case when evidence is not null then {{ bound('upper', 'counted') }} end as upper,
    contributors, largest_1, largest_2
from counted
