{%- set entry = indicator_entry('HI_COPAY') -%}
-- What patients pay of the cost of insured visits, by facility, so that the largest can be seen.
with published_period as (
    {{ published_periods('HI_COPAY', entry) }}
),

amount as (
    {%- for breakdown in ['_T', 'poverty'] %}
    select
        period.freq,
        period.period,
        claim.area_34,
        {{ 'claim.age' if breakdown == '_T' else "'_T'" }} as age,
        '{{ breakdown }}' as breakdown,
        {{ "'_T'" if breakdown == '_T' else 'claim.poverty' }} as category,
        claim.facility_code as unit,
        claim.patient_amount as numerator,
        claim.cost as base
    from {{ ref('int_claims_counted') }} as claim
    inner join published_period as period on claim.month between period.month_from and period.month_to
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

cell as (
    {{ unit_cells('amount', by_age=true) }}
)
{{- as_observations('HI_COPAY', 'cell', money=true) }}
