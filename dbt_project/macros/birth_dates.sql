{#-
    Birth dates come as YYYY, YYYY-MM, YYYY-MM-DD, dd/mm/yyyy, yyyymmdd or yyyymmddHHMM (unknown month and day 00).
    `born_iso` brings them to the ISO forms with reduced precision; the other macros read that column, so that a text
    is taken apart once.
-#}
{% macro born_iso(text) -%}
    case
        when {{ text }} like '__/__/____'
            then concat(substring({{ text }}, 7, 4), '-', substring({{ text }}, 4, 2), '-', substring({{ text }}, 1, 2))
        when length({{ text }}) not in (8, 12) then {{ text }}
        when substring({{ text }}, 5, 4) = '0000' then substring({{ text }}, 1, 4)
        when substring({{ text }}, 7, 2) = '00' then concat(substring({{ text }}, 1, 4), '-', substring({{ text }}, 5, 2))
        else concat(substring({{ text }}, 1, 4), '-', substring({{ text }}, 5, 2), '-', substring({{ text }}, 7, 2))
    end
{%- endmacro %}

{#-
    The date of an ISO text: the middle of the known year or month where the day is unknown. A day past the end of its
    month runs into the next one; anything else that is no date is null.
-#}
{% macro born_on(iso) -%}
    case
        when {{ matches(iso, '^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$') }}
            then cast({{ dbt.dateadd(
                'day',
                "case length(" ~ iso ~ ") when 10 then cast(substring(" ~ iso ~ ", 9, 2) as integer) - 1 "
                ~ "when 7 then 14 else 0 end",
                "cast(concat(substring(" ~ iso ~ ", 1, 4), '-', case length(" ~ iso ~ ") when 4 then '07' "
                ~ "else substring(" ~ iso ~ ", 6, 2) end, '-01') as date)"
            ) }} as date)
    end
{%- endmacro %}

{#- How much of an ISO text is known: day, month or year. -#}
{% macro birth_precision(iso) -%}
    case length({{ iso }}) when 4 then 'year' when 7 then 'month' when 10 then 'day' end
{%- endmacro %}
