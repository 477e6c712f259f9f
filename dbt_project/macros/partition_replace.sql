{#-
    Incremental strategy for facts by month: the re-opened months are emptied and filled again, in one transaction, so
    that rows which vanished from a corrected month vanish here too. The model names its subjects in
    `meta: reopened_by`; `reopened_month` says which months they touch in this build.
-#}
{% macro get_incremental_partition_replace_sql(arg_dict) -%}
    {%- set target = arg_dict['target_relation'] -%}
    {%- set columns = get_quoted_csv(arg_dict['dest_columns'] | map(attribute='name')) -%}
    delete from {{ target }} where month in ({{ reopened_months(config.get('meta')['reopened_by']) }});

    insert into {{ target }} ({{ columns }}) select {{ columns }} from {{ arg_dict['temp_relation'] }}
{%- endmacro %}

{#- The months that the subjects re-opened since the last finished build, as SQL literals. -#}
{% macro reopened_months(subjects) -%}
    {%- set months = [] -%}
    {%- set reopened = ref('reopened_month') -%}
    {%- set mark = last_mark() -%}
    {%- if execute -%}
        {%- set query -%}
            select distinct month from {{ reopened }}
            where subject in ({{ literals(subjects) }}) and reopened_at > {{ mark }}
            order by month
        {%- endset -%}
        {%- for row in run_query(query) -%}{%- do months.append(row[0]) -%}{%- endfor -%}
    {%- endif -%}
    {{ return(literals(months)) }}
{%- endmacro %}

{#- The filter of a model by month: in a re-run, the re-opened months only. -#}
{% macro in_reopened_months(column) -%}
    {%- set months = reopened_months(config.get('meta')['reopened_by']) -%}
    {{ column ~ ' in (' ~ months ~ ')' if is_incremental() else 'true' }}
{%- endmacro %}

{#- A model as it stands before this build; none before the first. For models that look back without a cycle. -#}
{% macro standing(schema, identifier) -%}
    {{ return(adapter.get_relation(database=target.database, schema=schema, identifier=identifier) if execute else none) }}
{%- endmacro %}
