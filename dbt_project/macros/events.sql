{#-
    Decisions on benefits as events of persons; cancelled ones never happened.

    Args:
        types: benefit types.
        column: the column of `fct_benefit` that is needed with them.
-#}
{% macro benefit_decisions(types, column) -%}
    select
        {{ month_start('decision_date') }} as month,
        decision_date as event_date,
        person_key,
        area_34,
        {{ column }}
    from {{ ref('fct_benefit') }}
    where benefit_type in ({{ literals(types) }}) and status <> 'cancelled'
{%- endmacro %}

{#-
    Distinct persons with events in each whole period: once a person, in the province of its last event, with sex and age at
    the period's end. Persons are not summed over months.

    Args:
        events: relation with month, event_date, person_key, area_34.
        measures: name and SQL of each aggregate over the events of a person, over `event`.
-#}
{% macro persons_in_period(events, measures) -%}
    select
        seen.freq,
        seen.period,
        seen.area_34,
        coalesce(person.sex, '_U') as sex,
        coalesce(age_group.age_group, '_U') as age,
        {%- for name in measures %}
        seen.{{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from (
        select
            period.freq,
            period.period,
            period.month_to,
            event.person_key,
            substring(max(concat(event.event_date, coalesce(event.area_34, '_U'))), 11) as area_34,
            {%- for name, aggregate in measures.items() %}
            {{ aggregate }} as {{ name }}{{ ',' if not loop.last }}
            {%- endfor %}
        from {{ events }} as event
        inner join {{ ref('dim_period') }} as period
            on period.is_whole and event.month >= period.month_from and event.month <= period.month_to
        group by period.freq, period.period, period.month_to, event.person_key
    ) as seen
    inner join {{ ref('dim_month') }} as dim_month on seen.month_to = dim_month.month
    inner join {{ ref('dim_person') }} as person on seen.person_key = person.person_key and person.is_current
    {{ join_age_group() }}
{%- endmacro %}

{#- The age group of `person` on the last day of the month of `dim_month`. -#}
{% macro join_age_group() -%}
    left join {{ ref('age_group') }} as age_group
        on
            age_group.age_list = 'population'
            and dim_month.month_number - person.birth_month_number >= 12 * age_group.age_from
            and dim_month.month_number - person.birth_month_number < 12 * (coalesce(age_group.age_to, 999) + 1)
{%- endmacro %}

{#-
    Counted by area, sex and age, and by area and one further column at a time, in the shape of `counted`.

    Args:
        rows: relation with freq, period, area_34, sex, age and the columns.
        columns: the breakdowns.
        measures: name and SQL of each aggregate.
-#}
{% macro count_events(rows, columns, measures, time='freq, period') -%}
    select
        {{ time }},
        area_34,
        '_U' as area_63,
        case when grouping(sex) = 1 then '_T' else sex end as sex,
        case when grouping(age) = 1 then '_T' else age end as age,
        {{ breakdown_of(columns) }} as breakdown,
        {{ category_of(columns) }} as category,
        {%- for name, aggregate in measures.items() %}
        cast({{ aggregate }} as {{ dbt.type_bigint() }}) as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ rows }}
    group by
        grouping sets (
            ({{ time }}, area_34, sex, age)
            {%- for column in columns %},
            ({{ time }}, area_34, {{ column }})
            {%- endfor %}
        )
{%- endmacro %}
