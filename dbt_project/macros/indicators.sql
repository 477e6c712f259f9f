{#-
    Persons by province, sex and age to the full cube with totals, on one list. Persons whose province, sex or age is
    unknown (_U) count in the totals above it only.

    Args:
        counted: relation with month, area_34, area_63, sex, age.
        measures: columns to sum.
-#}
{% macro cube(counted, measures) -%}
    {%- for list in ['34', '63'] %}
    select
        month,
        '{{ list }}' as area_list,
        coalesce(area_{{ list }}, 'VN') as area,
        coalesce(sex, '_T') as sex,
        coalesce(age, '_T') as age,
        {% for measure in measures %}sum({{ measure }}) as {{ measure }}{{ ', ' if not loop.last }}{% endfor %}
    from {{ counted }}
    {{ "where month < cast('2025-07-01' as date)" if list == '63' }}
    group by month, cube (area_{{ list }}, sex, age)
    having
        coalesce(area_{{ list }}, 'VN') <> '_U' and coalesce(sex, '_T') <> '_U' and coalesce(age, '_T') <> '_U'
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#-
    Reference figures on both lists: a month that was delivered on the 63 list is summed to the 34 list through the
    crosswalk, unless it was delivered on the 34 list too.
-#}
{% macro reference_counts(dataset, measure, name) -%}
    select
        figure.month,
        {{ area_34('figure.area_list', 'figure.province_code') }} as area_34,
        {{ area_63('figure.area_list', 'figure.province_code') }} as area_63,
        figure.sex,
        figure.age_group as age,
        figure.{{ measure }} as {{ name }}
    from {{ ref('stg_reference__' ~ dataset) }} as figure
    {{ join_crosswalk('figure.area_list', 'figure.province_code') }}
    where
        figure.area_list = case when figure.month < cast('2025-07-01' as date) then '63' else '34' end
{%- endmacro %}

{#-
    An indicator in the shape of the observations: numerator over denominator in percent, in the full cube of area, sex
    and age. A cell without a denominator is missing (M), the month of a break in the series is marked (B).

    Args:
        indicator: its id in the catalogue.
        counted: SQL of the numerator, with month, area_34, area_63, sex, age and `numerator`.
        base: SQL of the denominator, with `denominator`.
        concept: what the denominator counts.
-#}
{% macro coverage(indicator, counted, base, concept) -%}
with counted as (
    {{ counted }}
),

base as (
    {{ base }}
),

numerator as (
    {{ cube('counted', ['numerator']) }}
),

denominator as (
    {{ cube('base', ['denominator']) }}
),

cell as (
    select
        coalesce(denominator.month, numerator.month) as month,
        coalesce(denominator.area_list, numerator.area_list) as area_list,
        coalesce(denominator.area, numerator.area) as area,
        coalesce(denominator.sex, numerator.sex) as sex,
        coalesce(denominator.age, numerator.age) as age,
        coalesce(numerator.numerator, 0) as numerator,
        denominator.denominator
    from denominator
    full outer join numerator
        on
            denominator.month = numerator.month
            and denominator.area_list = numerator.area_list
            and denominator.area = numerator.area
            and denominator.sex = numerator.sex
            and denominator.age = numerator.age
)

select
    cast('{{ indicator }}' as {{ dbt.type_string() }}) as indicator,
    dim_month.period,
    cast(cell.area_list as {{ dbt.type_string() }}) as area_list,
    cell.area,
    cell.sex,
    cell.age,
    cast(cell.numerator as numeric(20, 0)) as numerator,
    cast(cell.denominator as numeric(20, 0)) as denominator,
    cast(round(100.0 * cell.numerator / nullif(cell.denominator, 0), 4) as numeric(12, 4)) as value,
    cast('PT' as {{ dbt.type_string() }}) as unit,
    cast('{{ concept }}' as {{ dbt.type_string() }}) as denominator_concept,
    cast(case
        when coalesce(cell.denominator, 0) = 0 then 'M'
        when series_break.period is not null then 'B'
        else 'A'
    end as {{ dbt.type_string() }}) as obs_status
from cell
inner join {{ ref('dim_month') }} as dim_month on cell.month = dim_month.month and dim_month.is_observed
left join {{ ref('series_break') }} as series_break
    on series_break.indicator = '{{ indicator }}' and dim_month.period = series_break.period
{%- endmacro %}

{#- SQL of a numerator or denominator that an int_ model has counted. -#}
{% macro counted_as(model, measure, name) -%}
    select month, area_34, area_63, sex, age, {{ measure }} as {{ name }} from {{ model }}
{%- endmacro %}
