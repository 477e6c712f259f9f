{#-
    Whether two descriptions of a person disagree in name and in birth date: then an identifier they share is wrong.
    Dates known to the year or month are compared by year. What is not known contradicts nothing.
-#}
{% macro contradicts(left, right) -%}
    coalesce({{ left }}.name_key <> {{ right }}.name_key and not {{ same_birth(left, right) }}, false)
{%- endmacro %}

{#- Whether two birth dates agree as far as both are known. -#}
{% macro same_birth(left, right) -%}
    case
        when {{ left }}.birth_precision = 'day' and {{ right }}.birth_precision = 'day'
            then {{ left }}.born_on = {{ right }}.born_on
        else extract(year from {{ left }}.born_on) = extract(year from {{ right }}.born_on)
    end
{%- endmacro %}

{#-
    Whether a record may take the person an identifier leads to. A newborn is often filed under a parent's identifiers:
    its birth date must agree.
-#}
{% macro may_link(record, person) -%}
    {{ person }}.person_key is not null
    and not {{ contradicts(record, person) }}
    and (not {{ record }}.is_newborn or coalesce({{ same_birth(record, person) }}, false))
{%- endmacro %}

{#- When the warehouse last finished a build; what was linked or re-opened since then is still to be worked in. -#}
{% macro last_mark() -%}
    (
        select coalesce(max(consumed_at), cast('1970-01-01' as {{ dbt.type_timestamp() }}))
        from {{ source('ingest', 'consumption') }}
        where consumer = '{{ var("consumer") }}'
    )
{%- endmacro %}
