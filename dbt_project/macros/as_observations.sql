{#-
    Cells with freq, period, area_list, area, sex, age, breakdown, category, numerator and `base` (the denominator), to
    observations. A cell whose denominator is missing or 0 is missing (M); the period of a break is marked (B). The
    category of the breakdown `measure` is the unit of its rows, unless `measures` of the entry names their units. An
    indicator that does not sum over areas brings such cells by itself, as a CTE after `published_period`.
-#}
{% macro as_observations(indicator, cells, money=false) -%}
{%- set entry = indicator_entry(indicator) -%}
{%- set text = dbt.type_string() -%}
{%- set unit = "case when cell.breakdown = 'measure' then " ~ measure_unit(entry) ~ " else '" ~ entry.unit ~ "' end"
    if 'measure' in listed(entry.breakdowns) else "'" ~ entry.unit ~ "'" -%},

broken as (
    select
        published_period.freq,
        published_period.period,
        series_break.breakdown
    from published_period
    inner join {{ ref('series_break') }} as series_break
        on
            series_break.indicator = '{{ indicator }}'
            and {{ month_of_text('series_break.period') }} between
                published_period.month_from and published_period.month_to
)

select
    cast('{{ indicator }}' as {{ text }}) as indicator,
    cast(cell.freq as {{ text }}) as freq,
    cast(cell.period as {{ text }}) as period,
    cast(cell.area_list as {{ text }}) as area_list,
    cast(cell.area as {{ text }}) as area,
    cast(cell.sex as {{ text }}) as sex,
    cast(cell.age as {{ text }}) as age,
    cast(cell.breakdown as {{ text }}) as breakdown,
    cast(cell.category as {{ text }}) as category,
    cast(cell.numerator as numeric(24, 0)) as numerator,
    cast(cell.base as numeric(24, 0)) as denominator,
    cast({{ observed_value(unit) }} as numeric(24, 4)) as value,
    cast({{ unit }} as {{ text }}) as unit,
    {{ concept_of(entry) }} as denominator_concept,
    cast(case
        when {{ unit }} in ('PT', 'IX') and coalesce(cell.base, 0) = 0 then 'M'
        when exists (
            select 1 from broken
            where
                broken.freq = cell.freq and broken.period = cell.period and broken.breakdown in ('_T', cell.breakdown)
        ) then 'B'
        else 'A'
    end as {{ text }}) as obs_status,
    cast(null as numeric(24, 4)) as lower,
    cast(null as numeric(24, 4)) as upper,
    cast({{ 'cell.contributors' if money else 'null' }} as {{ dbt.type_bigint() }}) as contributors,
    cast({{ 'cell.largest_1' if money else 'null' }} as numeric(24, 0)) as largest_1,
    cast({{ 'cell.largest_2' if money else 'null' }} as numeric(24, 0)) as largest_2
from {{ cells }} as cell
{%- endmacro %}

{#- The unit of a row of the breakdown `measure`. -#}
{% macro measure_unit(entry) -%}
    {%- if entry.measures -%}
        case cell.category {% for category, unit in entry.measures.items() %}when '{{ category }}' then '{{ unit }}' {% endfor %}end
    {%- else -%}
        cell.category
    {%- endif -%}
{%- endmacro %}

{#- Per cent of the denominator, mean score, or the numerator itself. -#}
{% macro observed_value(unit) -%}
    case {{ unit }}
        when 'PT' then round(100.0 * cell.numerator / nullif(cell.base, 0), 4)
        when 'IX' then round(1.0 * cell.numerator / nullif(cell.base, 0), 4)
        else cell.numerator
    end
{%- endmacro %}

{#- What the denominator counts: a breakdown may have a base of its own. -#}
{% macro concept_of(entry) -%}
    {%- set text = dbt.type_string() -%}
    case
        {%- for breakdown, concept in (entry.breakdown_concepts or {}).items() %}
        when cell.breakdown = '{{ breakdown }}' then {{ catalogue_literal(concept, text) }}
        {%- endfor %}
        when true then {{ catalogue_literal(entry.denominator_concept, text) }}
    end
{%- endmacro %}
