{#-
    Person-months with sex, age and province on the last day of the month: the residence of the population register,
    else the province declared to VSS. A code of the 34 list has no place on the 63 list.

    Args:
        persons: relation with month and person_key.
        measures: further columns of it to carry along.
-#}
{% macro place_at_month_end(persons, measures) -%}
    select
        p.month,
        p.person_key,
        {% for measure in measures %}p.{{ measure }},{% endfor %}
        person.sex,
        {{ age_years('person.birth_date', month_end('p.month')) }} as age,
        coalesce(spell.area_34, person.declared_area_34) as area_34,
        case when spell.person_key is null then person.declared_area_63 else spell.area_63 end as area_63,
        coalesce(person.death_date > {{ month_end('p.month') }}, person.life_status <> 'deceased') as is_alive,
        spell.person_key is not null or person.life_status <> 'emigrated' as is_resident
    from {{ persons }} as p
    inner join {{ ref('dim_person') }} as person on p.person_key = person.person_key
    left join {{ ref('int_residence_spells') }} as spell
        on p.person_key = spell.person_key and p.month >= spell.month_from and p.month <= spell.month_to
{%- endmacro %}
