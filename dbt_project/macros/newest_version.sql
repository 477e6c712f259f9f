{#-
    The columns of a data set: those of its raw table, which is made from the contract, so that no model repeats a field
    list. The ledger's own columns start with an underscore.
-#}
{% macro contract_columns(registry, dataset, alias=none) -%}
    {%- if execute -%}
        {%- set raw = api.Relation.create(
            database=target.database, schema='raw', identifier=registry ~ '_' ~ dataset
        ) -%}
        {%- set prefix = alias ~ '.' if alias else '' -%}
        {%- for column in adapter.get_columns_in_relation(raw) if not column.name.startswith('_') -%}
            {{ prefix }}{{ column.name }}{{ ', ' if not loop.last }}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}

{#-
    The version in force of each record: of the rows with the same key the newest wins. `order_by` names the columns
    that tell newer from older; the batch and the row in it decide between equals.

    In a re-run only records of the batches in work are looked at. A candidate is a delivered row, or the row that
    stands in this model; where a delivery was corrected, all rows of the records it held before.

    Args:
        key: columns that identify a record; the model's unique_key.
        order_by: columns that grow with the version.
        line_key: columns that identify a row, where a record has many rows that are replaced together.
        derive: name and SQL of columns that others are computed from; this query works them out once.
-#}
{% macro newest_version(registry, dataset, key, order_by, line_key=none, derive={}) -%}
    {%- set record = key -%}
    {%- set row = line_key or key -%}
    {%- set raw = source(registry, dataset) -%}
    {%- set columns = contract_columns(registry, dataset, 'c') -%}
    {%- set ids = literals(batches_in_work(registry, dataset)) -%}
    {%- set corrected = has_corrections(registry, dataset) -%}
    select {{ contract_columns(registry, dataset) }}, {% for name in derive %}{{ name }}, {% endfor %}_batch_id, _loaded_at
    from (
        select
            {{ columns }}, c._batch_id, c._loaded_at,
            {% for name, expression in derive.items() %}{{ expression }} as {{ name }}, {% endfor %}
            row_number() over (
                partition by {% for column in row %}c.{{ column }}{{ ', ' if not loop.last }}{% endfor %}
                order by {% for column in order_by %}c.{{ column }} desc, {% endfor %}c._batch_id desc, c._row desc
            ) as _row_rank
            {%- if row != record %},
            rank() over (
                partition by {% for column in record %}c.{{ column }}{{ ', ' if not loop.last }}{% endfor %}
                order by {% for column in order_by %}c.{{ column }} desc{{ ', ' if not loop.last }}{% endfor %}
            ) as _version_rank
            {%- else %},
            1 as _version_rank
            {%- endif %}
        from (
            {%- if not is_incremental() %}
            select {{ columns }}, c._batch_id, c._row, c._loaded_at from {{ raw }} as c
            {%- else %}
            select {{ columns }}, c._batch_id, c._row, c._loaded_at from {{ raw }} as c where c._batch_id in ({{ ids }})
            union all
            select {{ columns }}, c._batch_id, 0, c._loaded_at
            from {{ this }} as c
            where
                c._batch_id not in ({{ ids }})
                and exists (
                    select 1 from {{ raw }} as n where n._batch_id in ({{ ids }}) and {{ same_record(record, 'c', 'n') }}
                )
            {%- if corrected %}
            union all
            select {{ columns }}, c._batch_id, c._row, c._loaded_at
            from {{ raw }} as c
            where
                c._batch_id not in ({{ ids }})
                and exists (
                    select 1 from {{ this }} as n where n._batch_id in ({{ ids }}) and {{ same_record(record, 'c', 'n') }}
                )
            {%- endif %}
            {%- endif %}
        ) as c
    ) as ranked
    where _row_rank = 1 and _version_rank = 1
{%- endmacro %}

{% macro same_record(key, left, right) -%}
    {% for column in key %}{{ left }}.{{ column }} = {{ right }}.{{ column }}{{ ' and ' if not loop.last }}{% endfor %}
{%- endmacro %}
