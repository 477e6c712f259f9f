{#- Months: a `date` that is the first day of the month. -#}
{% macro month_start(day) -%}
    cast({{ dbt.date_trunc('month', day) }} as date)
{%- endmacro %}

{% macro add_months(day, months) -%}
    cast({{ dbt.dateadd('month', months, day) }} as date)
{%- endmacro %}

{% macro month_end(month) -%}
    cast({{ dbt.dateadd('day', -1, add_months(month, 1)) }} as date)
{%- endmacro %}

{#- Months since the year 0 of a day, so that ages in months are a subtraction. -#}
{% macro month_number(day) -%}
    cast(extract(year from {{ day }}) * 12 + extract(month from {{ day }}) - 1 as integer)
{%- endmacro %}

{#- `YYYY-MM` of a month. -#}
{% macro month_text(month) -%}
    {{ return(adapter.dispatch('month_text')(month)) }}
{%- endmacro %}

{% macro default__month_text(month) -%}
    to_char({{ month }}, 'YYYY-MM')
{%- endmacro %}

{% macro spark__month_text(month) -%}
    date_format({{ month }}, 'yyyy-MM')
{%- endmacro %}

{#- The month of a `YYYY-MM` text. -#}
{% macro month_of_text(text) -%}
    cast({{ dbt.concat([text, "'-01'"]) }} as date)
{%- endmacro %}

{#- The first of January of a year. -#}
{% macro year_start(year) -%}
    cast(concat({{ year }}, '-01-01') as date)
{%- endmacro %}

{#- The present day. -#}
{% macro today() -%}
    cast({{ dbt.current_timestamp() }} as date)
{%- endmacro %}
