-- The catalogue as a table; it is written in vars.yml.
{% for id, entry in var('indicators').items() -%}
select
    {{ catalogue_literal(id, dbt.type_string()) }} as indicator,
    {%- for column, type in catalogue_columns().items() %}
    {{ catalogue_literal(entry.get(column, false if type == 'boolean' else none), type) }} as {{ column }}{{ ',' if not loop.last }}
    {%- endfor %}
{{ 'union all' if not loop.last }}
{% endfor %}
