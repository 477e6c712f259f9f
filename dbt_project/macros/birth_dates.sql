{#-
    Birth dates come as YYYY, YYYY-MM, YYYY-MM-DD, dd/mm/yyyy, yyyymmdd or yyyymmddHHMM (unknown month and day 00).
    `parse_birth_date` gives a date, the middle of the known year or month where the day is unknown, and
    `birth_precision` says how much of it is known: day, month or year.
-#}
{% macro birth_date_iso(text) -%}
    case
        when {{ matches(text, '^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$') }} then {{ text }}
        when {{ matches(text, '^[0-9]{2}/[0-9]{2}/[0-9]{4}$') }}
            then concat({{ dbt.right(text, 4) }}, '-', substring({{ text }}, 4, 2), '-', substring({{ text }}, 1, 2))
        when {{ matches(text, '^[0-9]{4}0000([0-9]{4})?$') }} then substring({{ text }}, 1, 4)
        when {{ matches(text, '^[0-9]{6}00([0-9]{4})?$') }}
            then concat(substring({{ text }}, 1, 4), '-', substring({{ text }}, 5, 2))
        when {{ matches(text, '^[0-9]{8}([0-9]{4})?$') }}
            then concat(
                substring({{ text }}, 1, 4), '-', substring({{ text }}, 5, 2), '-', substring({{ text }}, 7, 2)
            )
    end
{%- endmacro %}

{% macro parse_birth_date(text) -%}
    {%- set iso -%}
        concat({{ birth_date_iso(text) }}, case {{ birth_precision(text) }} when 'year' then '-07-01' when 'month' then '-15' else '' end)
    {%- endset -%}
    {{ iso_date(iso) }}
{%- endmacro %}

{% macro birth_precision(text) -%}
    case length({{ birth_date_iso(text) }}) when 4 then 'year' when 7 then 'month' when 10 then 'day' end
{%- endmacro %}

{#- An ISO date; a day past the end of its month runs into the next one, anything else that is no date is null. -#}
{% macro iso_date(text) -%}
    case
        when {{ matches(text, '^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$') }}
            then cast({{ dbt.dateadd(
                'day',
                'cast(substring(' ~ text ~ ', 9, 2) as integer) - 1',
                'cast(concat(substring(' ~ text ~ ", 1, 8), '01') as date)"
            ) }} as date)
    end
{%- endmacro %}
