{#-
    A value behind the amount that ranks it, as text of fixed width: `max` of it finds the value of the largest amount
    without a sort; equal amounts go to the later value.
-#}
{% macro ranked(amount, value) -%}
    concat(lpad(cast({{ amount }} as {{ dbt.type_string() }}), 15, '0'), {{ value }})
{%- endmacro %}

{% macro ranked_value(ranked) -%}
    substring({{ ranked }}, 16)
{%- endmacro %}
