{#-
    Residents among person-months, with sex, completed years of age and province on the last day of the month: the
    residence of the population register, else the province declared to VSS. A code of the 34 list has no place on the
    63 list. Counted by cell; the age is still in years (see `count_by_age_group`).

    Args:
        persons: relation with month and person_key.
        measures: name and SQL of each sum, over the relation `p`.
        by: further columns of it to count by.
-#}
{% macro count_at_month_end(persons, measures, by=[]) -%}
    select
        p.month,
        coalesce(spell.area_34, person.declared_area_34, '_U') as area_34,
        coalesce(case when spell.person_key is null then person.declared_area_63 else spell.area_63 end, '_U') as area_63,
        coalesce(person.sex, '_U') as sex,
        floor((dim_month.month_number - person.birth_month_number) / cast(12 as {{ dbt.type_float() }})) as years,
        {% for column in by %}p.{{ column }}, {% endfor %}
        {% for name, expression in measures.items() %}{{ expression }} as {{ name }}{{ ', ' if not loop.last }}{% endfor %}
    from {{ persons }} as p
    inner join {{ ref('dim_month') }} as dim_month on p.month = dim_month.month
    inner join {{ ref('dim_person') }} as person
        on p.person_key = person.person_key and person.is_current
    left join {{ ref('int_residence_spells') }} as spell
        on p.person_key = spell.person_key and p.month >= spell.month_from and p.month <= spell.month_to
    where
        coalesce(person.death_date > dim_month.month_end, person.life_status <> 'deceased')
        and (spell.person_key is not null or person.life_status <> 'emigrated')
    group by 1, 2, 3, 4, 5{% for column in by %}, {{ 5 + loop.index }}{% endfor %}
{%- endmacro %}

{#- Cells by years of age to cells by age group; `age_list` is population, labour_force or retirement. -#}
{% macro count_by_age_group(counted, age_list, measures, by=[]) -%}
    select
        counted.month,
        counted.area_34,
        counted.area_63,
        counted.sex,
        coalesce(age_group.age_group, '_U') as age,
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
    group by 1, 2, 3, 4, 5{% for column in by %}, {{ 5 + loop.index }}{% endfor %}
{%- endmacro %}
