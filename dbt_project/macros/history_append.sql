{#-
    Incremental strategy for dimensions with two times: what was believed so far is closed at the start of this build,
    what is believed now is appended. Nothing is deleted. The new rows are those of persons whose rows differ, whole.
-#}
{% macro get_incremental_history_append_sql(arg_dict) -%}
    {%- set target = arg_dict['target_relation'] -%}
    {%- set temp = arg_dict['temp_relation'] -%}
    {%- set columns = get_quoted_csv(arg_dict['dest_columns'] | map(attribute='name')) -%}
    {%- set key = arg_dict['unique_key'] -%}
    update {{ target }}
    set known_to = {{ build_start() }}, is_current = false
    where
        known_to = {{ never() }}
        and exists (select 1 from {{ temp }} as n where {{ same_record(key, target, 'n') }});

    insert into {{ target }} ({{ columns }}) select {{ columns }} from {{ temp }}
{%- endmacro %}

{#- One moment for everything that a build learns (UTC). -#}
{% macro build_start() -%}
    cast('{{ run_started_at.strftime("%Y-%m-%d %H:%M:%S.%f") }}' as {{ dbt.type_timestamp() }})
{%- endmacro %}

{#- The moment after all others, for what is believed still. -#}
{% macro never() -%}
    cast('9999-12-01' as {{ dbt.type_timestamp() }})
{%- endmacro %}
