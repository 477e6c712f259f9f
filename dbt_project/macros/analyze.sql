{#- Statistics for the planner, right after a model was built: the next one joins it at once. -#}
{% macro analyze() -%}
    {{ return(adapter.dispatch('analyze')()) }}
{%- endmacro %}

{% macro default__analyze() -%}
    analyze {{ this }}
{%- endmacro %}

{% macro spark__analyze() -%}
    analyze table {{ this }} compute statistics
{%- endmacro %}
