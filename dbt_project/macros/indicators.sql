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
{% macro reference_counts(dataset, measures) -%}
    select
        figure.month,
        {{ area_34('figure.area_list', 'figure.province_code') }} as area_34,
        {{ area_63('figure.area_list', 'figure.province_code') }} as area_63,
        figure.sex,
        figure.age_group as age,
        {% for measure in measures %}figure.{{ measure }}{{ ', ' if not loop.last }}{% endfor %}
    from {{ ref('stg_reference__' ~ dataset) }} as figure
    {{ join_crosswalk('figure.area_list', 'figure.province_code') }}
    where
        figure.area_list = case when figure.month < cast('2025-07-01' as date) then '63' else '34' end
{%- endmacro %}
