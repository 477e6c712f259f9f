{%- set entry = indicator_entry('HI_VISITS') -%}
-- Visits by patient, facility level and care; their cost by facility, so that the largest can be seen.
with published_period as (
    {{ published_periods('HI_VISITS', entry) }}
),

visit as (
    select
        period.freq,
        period.period,
        claim.*,
        upper(facility.facility_level) as facility_level
    from {{ ref('int_claims_counted') }} as claim
    inner join published_period as period on claim.month between period.month_from and period.month_to
    left join {{ ref('stg_reference__facility') }} as facility on claim.facility_code = facility.facility_code
),

counted_visit as (
    {{ count_events('visit', ['facility_level', 'care_type'], {'numerator': 'sum(visits)'}) }}
),

visit_cell as (
    {{ cells('counted_visit', {'numerator': 'sum(numerator)'}, 'margins', ['sex', 'age']) }}
),

amount as (
    {%- for category, column in {'COST': 'cost', 'FUND': 'fund_amount'}.items() %}
    select
        freq,
        period,
        area_34,
        '_T' as age,
        'measure' as breakdown,
        '{{ category }}' as category,
        facility_code as unit,
        {{ column }} as numerator,
        cast(null as numeric(24, 0)) as base
    from visit
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

cell as (
    select
        freq, period, area_list, area, sex, age, breakdown, category, numerator, base, contributors, largest_1, largest_2
    from ({{ unit_cells('amount') }}) as money_cell
    union all
    select
        freq, period, area_list, area, sex, age, breakdown, category, numerator, null as base, null as contributors,
        null as largest_1, null as largest_2
    from visit_cell
)
{{- as_observations('HI_VISITS', 'cell', money=true) }}
