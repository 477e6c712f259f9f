{#-
    Incremental strategy for one row per record: the records in the new rows replace their earlier rows, and rows of
    a batch in work that its corrected delivery no longer holds go. Delete and insert, one transaction.
-#}
{% macro get_incremental_record_replace_sql(arg_dict) -%}
    {%- set target = arg_dict['target_relation'] -%}
    {%- set temp = arg_dict['temp_relation'] -%}
    {%- set columns = get_quoted_csv(arg_dict['dest_columns'] | map(attribute='name')) -%}
    {%- set key = arg_dict['unique_key'] if arg_dict['unique_key'] is not string else [arg_dict['unique_key']] -%}
    delete from {{ target }}
    where exists (select 1 from {{ temp }} as n where {{ same_record(key, target, 'n') }});

    delete from {{ target }}
    where _batch_id in (select batch_id from {{ batch_in_work_relation() }});

    insert into {{ target }} ({{ columns }}) select {{ columns }} from {{ temp }}
{%- endmacro %}

{% macro batch_in_work_relation() -%}
    {{ return(api.Relation.create(database=target.database, schema='staging', identifier='batch_in_work')) }}
{%- endmacro %}

{#-
    The filter of a model by record: in a re-run, records of the batches in work, records that such a batch held before,
    and records that were linked anew.
-#}
{% macro in_work(record, link, key) -%}
    {%- set in_work = ref('batch_in_work') -%}
    {%- set mark = last_mark() -%}
    {%- if is_incremental() -%}
        (
            {{ record }}._batch_id in (select batch_id from {{ in_work }})
            or {{ link }}.linked_at > {{ mark }}
            or {{ record }}.{{ key }} in (
                select earlier.{{ key }} from {{ this }} as earlier
                where earlier._batch_id in (select batch_id from {{ in_work }})
            )
        )
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}
