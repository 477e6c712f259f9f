{#-
    Identifiers as sources write them, brought to one form. A number that was kept as a number lost its leading zeros:
    a personal number starts with the province of birth registration (001 to 096) and a digit for century and sex.
-#}
{% macro personal_number(text) -%}
    case
        when {{ matches(digits(text), '^0[0-9]{11}$') }} then {{ digits(text) }}
        when {{ matches(digits(text), '^[1-9][0-9]{10}$') }} then concat('0', {{ digits(text) }})
        when {{ matches(digits(text), '^[1-9][0-3][0-9]{8}$') }} then concat('00', {{ digits(text) }})
    end
{%- endmacro %}

{#- Whether a personal number had to be completed by its lost zeros. -#}
{% macro personal_number_restored(text) -%}
    coalesce({{ matches(digits(text), '^([1-9][0-9]{10}|[1-9][0-3][0-9]{8})$') }}, false)
{%- endmacro %}

{#- Nine digits where a personal number is asked are an old identity card. -#}
{% macro old_id_number(text) -%}
    case when {{ matches(digits(text), '^[0-9]{9}$') }} then {{ digits(text) }} end
{%- endmacro %}

{#-
    What stands in the place of a personal number and is neither one nor an old card: digits missing or too many. `prefix`
    names the row and its columns of staging, where both were looked for.
-#}
{% macro number_given(text, prefix='s.') -%}
    case
        when {{ prefix }}personal_number_key is null and {{ prefix }}old_id_key is null
            then nullif({{ digits(text) }}, '')
    end
{%- endmacro %}

{#- A personal number in the place of a social insurance number or tax code, as it is written since 2025. -#}
{% macro number_in_place(text) -%}
    case when length({{ text }}) = 12 then {{ personal_number(text) }} end
{%- endmacro %}

{#- Ten digits; nine have lost a zero. From 2025-08-01 the personal number takes its place: see `personal_number`. -#}
{% macro si_number(text) -%}
    case
        when {{ matches(digits(text), '^[0-9]{10}$') }} then {{ digits(text) }}
        when {{ matches(digits(text), '^[1-9][0-9]{8}$') }} then concat('0', {{ digits(text) }})
    end
{%- endmacro %}

{#- The social insurance number on the first health insurance card: its last ten characters. -#}
{% macro card_si_number(cards) -%}
    {%- set first = dbt.split_part(cards, "';'", 1) -%}
    case when {{ matches(first, '^([A-Z]{2}[0-9]{3})?[0-9]{10}$') }} then {{ dbt.right(first, 10) }} end
{%- endmacro %}

{#- Sex codes of the sources to M and F: `male` and `female` are the source's codes, as SQL literals. -#}
{% macro sex_code(column, male, female) -%}
    case when {{ column }} = {{ male }} then 'M' when {{ column }} = {{ female }} then 'F' end
{%- endmacro %}
