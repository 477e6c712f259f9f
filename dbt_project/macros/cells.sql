{#-
    Parts summed to cells, in one pass: the full cube of area, sex and age, or the margins one at a time, and each category
    of a breakdown by area. Persons of unknown province, sex or age count in the totals above them only.

    Args:
        parts: relation with freq, period, area_34, area_63, sex, age, breakdown, category.
        measures: name and SQL of each aggregate.
        frame: cube (both lists of provinces, months of the 63 list until the merger) or margins (34 list).
        margins: of sex and age, what is told apart.
-#}
{% macro cells(parts, measures, frame, margins) -%}
    {%- for list in (['34', '63'] if frame == 'cube' else ['34']) %}
    {%- set area = 'area_' ~ list %}
    select
        freq,
        period,
        '{{ list }}' as area_list,
        case when grouping({{ area }}) = 1 then 'VN' else {{ area }} end as area,
        {%- for dimension in ['sex', 'age'] %}
        {%- if frame == 'cube' or dimension in margins %}
        case when grouping({{ dimension }}) = 1 then '_T' else {{ dimension }} end as {{ dimension }},
        {%- else %}
        '_T' as {{ dimension }},
        {%- endif %}
        {%- endfor %}
        breakdown,
        category,
        {%- for name, aggregate in measures.items() %}
        {{ aggregate }} as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ parts }}
    {%- if list == '63' %}
    where freq = 'M' and month_to < cast('2025-07-01' as date) and breakdown = '_T'
    {%- endif %}
    group by
        freq, period, breakdown, category,
        {%- if frame == 'cube' %}
        cube ({{ area }}, sex, age)
        {%- else %}
        grouping sets ((), ({{ area }}){% for margin in margins %}, ({{ margin }}), ({{ area }}, {{ margin }}){% endfor %})
        {%- endif %}
    having
        (grouping({{ area }}) = 1 or {{ area }} <> '_U')
        {%- for dimension in ['sex', 'age'] if frame == 'cube' or dimension in margins %}
        and (grouping({{ dimension }}) = 1 or {{ dimension }} not in ('_T', '_U'))
        {%- endfor %}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
