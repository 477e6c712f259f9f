{#- A day after all others, for spells that last. -#}
{% macro forever() -%}
    cast('9999-12-01' as date)
{%- endmacro %}

{#-
    The province on the 34 and on the 63 list of a code and its list; `crosswalk` is a join of province_crosswalk on
    (list 63, code). A code of the 34 list cannot be split into old provinces.
-#}
{% macro area_34(list, code, crosswalk='crosswalk') -%}
    case when {{ list }} = '34' then {{ code }} else {{ crosswalk }}.new_code end
{%- endmacro %}

{% macro area_63(list, code) -%}
    case when {{ list }} = '63' then {{ code }} end
{%- endmacro %}

{% macro join_crosswalk(list, code, alias='crosswalk') -%}
    left join {{ ref('province_crosswalk') }} as {{ alias }} on {{ list }} = '63' and {{ code }} = {{ alias }}.old_code
{%- endmacro %}
