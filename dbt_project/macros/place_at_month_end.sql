{#-
    Residents among person-months, with sex, completed years of age and place on the last day of the month: the residence
    of the population register, else the province declared to VSS. A code of the 34 list has no place on the 63 list.

    Args:
        persons: relation with month and person_key.
        columns: name and SQL of further columns, over `p` (the relation), `person`, `spell` and `dim_month`.
-#}
{% macro at_month_end(persons, columns) -%}
    select
        p.month,
        coalesce(spell.area_34, person.declared_area_34, '_U') as area_34,
        coalesce(case when spell.person_key is null then person.declared_area_63 else spell.area_63 end, '_U') as area_63,
        coalesce(person.sex, '_U') as sex,
        floor((dim_month.month_number - person.birth_month_number) / cast(12 as {{ dbt.type_float() }})) as years
        {%- for name, expression in columns.items() %},
        {{ expression }} as {{ name }}
        {%- endfor %}
    from {{ persons }} as p
    inner join {{ ref('dim_month') }} as dim_month on p.month = dim_month.month
    inner join {{ ref('dim_person') }} as person
        on p.person_key = person.person_key and person.is_current
    left join {{ ref('int_residence_spells') }} as spell
        on p.person_key = spell.person_key and p.month >= spell.month_from and p.month <= spell.month_to
    where
        coalesce(person.death_date > dim_month.month_end, person.life_status <> 'deceased')
        and (spell.person_key is not null or person.life_status <> 'emigrated')
{%- endmacro %}

{#-
    The same counted by cell, and by one breakdown at a time; rows of a breakdown have no sex and age. The age is in years
    here (see `count_by_age_group`).

    Args:
        measures: name of each count and the condition under which a person counts.
        by: further columns of `p` to count each cell by; whole numbers, -1 in the rows of a breakdown.
        breakdowns: name and SQL of each breakdown.
-#}
{% macro count_at_month_end(persons, measures, by=[], breakdowns={}) -%}
    {%- set columns = {} -%}
    {%- for column in by -%}{%- do columns.update({column: 'p.' ~ column}) -%}{%- endfor -%}
    {%- do columns.update(breakdowns) -%}
    {%- for name, condition in measures.items() -%}
        {%- do columns.update({name: 'case when ' ~ condition ~ ' then 1 else 0 end'}) -%}
    {%- endfor -%}
    {%- set cell = (['month', 'area_34', 'area_63', 'sex', 'years'] + by) | join(', ') -%}
    select
        month,
        area_34,
        case when grouping(area_63) = 1 then '_U' else area_63 end as area_63,
        case when grouping(sex) = 1 then '_T' else sex end as sex,
        years,
        {{ breakdown_of(breakdowns) }} as breakdown,
        {{ category_of(breakdowns) }} as category,
        {%- for column in by %}
        case when grouping({{ column }}) = 1 then -1 else {{ column }} end as {{ column }},
        {%- endfor %}
        {%- for name in measures %}
        sum({{ name }}) as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from ({{ at_month_end(persons, columns) }}) as placed
    group by
        grouping sets (
            ({{ cell }})
            {%- for name in breakdowns %},
            (month, area_34, {{ name }})
            {%- endfor %}
        )
{%- endmacro %}

{#- Cells by years of age to cells by age group; `age_list` is population, labour_force or retirement. -#}
{% macro count_by_age_group(counted, age_list, measures, by=[]) -%}
    select
        counted.month,
        counted.area_34,
        counted.area_63,
        counted.sex,
        case when counted.breakdown = '_T' then coalesce(age_group.age_group, '_U') else '_T' end as age,
        counted.breakdown,
        counted.category,
        {% for column in by %}counted.{{ column }}, {% endfor %}
        {% for name in measures %}
        cast(sum(counted.{{ name }}) as {{ dbt.type_bigint() }}) as {{ name }}{{ ', ' if not loop.last }}
        {% endfor %}
    from {{ counted }} as counted
    left join {{ ref('age_group') }} as age_group
        on
            age_group.age_list = '{{ age_list }}'
            and counted.years >= age_group.age_from
            and counted.years <= coalesce(age_group.age_to, 999)
    group by 1, 2, 3, 4, 5, 6, 7{% for column in by %}, {{ 7 + loop.index }}{% endfor %}
{%- endmacro %}
