{#-
    The attributes that sources compete for: the value as text, and when it is plausible. `record` is a row of the model
    record, `replaced` the numbers that the population register took back. Which source wins is data: seed survivorship.
-#}
{% macro surviving_attributes() -%}
    {%- set text = dbt.type_string() -%}
    {{ return({
        'personal_number': ('record.personal_number', 'replaced.old_value is null'),
        'full_name': ('record.full_name', 'not record.is_newborn and length(record.full_name) between 2 and 100'),
        'birth_date': (
            "concat(cast(record.born_on as " ~ text ~ "), ' ', record.birth_precision)",
            "record.born_on between cast('1900-01-01' as date) and record.recorded_at"
        ),
        'sex': ('record.sex', 'record.sex is not null'),
        'residence_province': ('record.residence_province', 'record.residence_province is not null'),
    }) }}
{%- endmacro %}

{#-
    The place of a value among its rivals as text, the value after the first 12 characters: the greatest wins. Rank of
    the source first, then the day of recording, then the value itself, so that any run decides alike.
-#}
{% macro survival_key(value, plausible, rank) -%}
    case
        when {{ rank }} is not null and {{ value }} is not null and {{ plausible }}
            then concat(99 - {{ rank }}, cast(cast(record.recorded_at as date) as {{ dbt.type_string() }}), {{ value }})
    end
{%- endmacro %}

{#- Personal numbers that the population register took back, each with the one in force. -#}
{% macro replaced_numbers() -%}
    select distinct old_value
    from {{ ref('stg_population__identity_change') }}
    where identifier_type = 'personal_number' and old_value <> new_value
{%- endmacro %}

{#- Ranks of the sources, one column per attribute. -#}
{% macro source_ranks() -%}
    select
        dataset,
        {%- for attribute in surviving_attributes() %}
        max(case when attribute = '{{ attribute }}' then rank end) as {{ attribute }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('survivorship') }}
    group by dataset
{%- endmacro %}
