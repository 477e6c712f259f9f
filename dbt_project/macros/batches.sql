{#-
    What is new. `batch_in_work` freezes, at the start of a build, the loaded batches whose present revision the
    warehouse has not worked in; every model of the build reads that list, and the mark at the end covers just it.
-#}
{% macro batches_in_work(registry, dataset) -%}
    {%- set ids = [] -%}
    {%- set in_work = ref('batch_in_work') -%}
    {%- if execute -%}
        {%- set query -%}
            select batch_id from {{ in_work }}
            where registry = '{{ registry }}' and dataset = '{{ dataset }}'
            order by batch_id
        {%- endset -%}
        {%- for row in run_query(query) -%}{%- do ids.append(row[0]) -%}{%- endfor -%}
    {%- endif -%}
    {{ return(ids) }}
{%- endmacro %}

{#- Whether one of the batches in work replaces an earlier delivery, so that records may have vanished. -#}
{% macro has_corrections(registry, dataset) -%}
    {%- set in_work = ref('batch_in_work') -%}
    {%- if execute -%}
        {%- set query -%}
            select count(*) from {{ in_work }}
            where registry = '{{ registry }}' and dataset = '{{ dataset }}' and revision > 1
        {%- endset -%}
        {{ return(run_query(query).columns[0][0] | int > 0) }}
    {%- endif -%}
    {{ return(false) }}
{%- endmacro %}

{#- A list of SQL literals for `in (...)`; an empty list matches nothing. -#}
{% macro literals(values) -%}
    {%- for value in values -%}'{{ value }}'{{ ', ' if not loop.last }}{%- else -%}null{%- endfor -%}
{%- endmacro %}
