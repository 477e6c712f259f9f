{#- The second largest value of a group; null where there is one only. -#}
{% macro second_largest(column) -%}
    {{ return(adapter.dispatch('second_largest')(column)) }}
{%- endmacro %}

{% macro default__second_largest(column) -%}
    (array_agg({{ column }} order by {{ column }} desc nulls last))[2]
{%- endmacro %}

{% macro spark__second_largest(column) -%}
    element_at(sort_array(collect_list({{ column }}), false), 2)
{%- endmacro %}
