{%- set entry = indicator_entry('LATE_RATE') -%}
-- Money by employer, so that the largest can be seen; the base is that of the class and needs no employer. A class of
-- arrears is a share of all that was payable.
with published_period as (
    {{ published_periods('LATE_RATE', entry) }}
),

amount as (
    {%- for breakdown in ['_T'] + listed(entry.breakdowns) %}
    {%- set category = "'_T'" if breakdown == '_T' else breakdown %}
    select
        period.freq,
        period.period,
        late.area_34,
        '_T' as age,
        '{{ breakdown }}' as breakdown,
        {{ category }} as category,
        late.employer_key as unit,
        late.amount as numerator,
        cast(0 as numeric(24, 0)) as base
    from {{ ref('int_arrears') }} as late
    inner join published_period as period on late.month = period.month_to
    union all
    {%- if breakdown not in ['arrears', 'overdue'] %}
    select
        period.freq,
        period.period,
        payable.area_34,
        '_T' as age,
        '{{ breakdown }}' as breakdown,
        {{ category }} as category,
        '' as unit,
        cast(0 as numeric(24, 0)) as numerator,
        payable.payable as base
    from {{ ref('int_payable_year') }} as payable
    inner join published_period as period on payable.month = period.month_to
    {{ 'union all' if not loop.last }}
    {%- endif %}
    {%- endfor %}
),

by_unit as (
    {{ unit_cells('amount') }}
),

cell as (
    select
        by_unit.freq,
        by_unit.period,
        by_unit.area_list,
        by_unit.area,
        by_unit.sex,
        by_unit.age,
        by_unit.breakdown,
        by_unit.category,
        by_unit.numerator,
        by_unit.contributors,
        by_unit.largest_1,
        by_unit.largest_2,
        case
            when by_unit.breakdown in ('arrears', 'overdue')
                then max(case when by_unit.breakdown = '_T' then by_unit.base end)
                    over (partition by by_unit.freq, by_unit.period, by_unit.area)
            else by_unit.base
        end as base
    from by_unit
)
{{- as_observations('LATE_RATE', 'cell', money=true) }}
