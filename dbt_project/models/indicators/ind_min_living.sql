{%- set entry = indicator_entry('MIN_LIVING') -%}
-- A reference value, not computed: regions do not add up to the country.
with published_period as (
    {{ published_periods('MIN_LIVING', entry) }}
),

cell as (
    select
        period.freq,
        period.period,
        '34' as area_list,
        'VN' as area,
        '_T' as sex,
        '_T' as age,
        case when standard.region = '_T' then '_T' else 'region' end as breakdown,
        standard.region as category,
        standard.amount as numerator,
        cast(null as numeric(24, 0)) as base
    from {{ ref('stg_reference__living_standard') }} as standard
    inner join published_period as period on cast(standard.year as {{ dbt.type_string() }}) = period.period
)
{{- as_observations('MIN_LIVING', 'cell') }}
