{#-
    What staging adds to a row that names a person: its identifiers, name, birth date and sex in one form. The row has
    `full_name` and `born_iso` (see `birth_dates`); the raw columns stay beside these.

    Args:
        male, female: the source's sex codes, as SQL literals; none where it has no sex.
        with_si_number: whether the source has a social insurance number.
-#}
{% macro person_columns(male=none, female=none, with_si_number=false) -%}
    {{ identity_number_columns() }},
    {%- if with_si_number %}
    {{ si_number('si_number') }} as si_number_key,
    {%- endif %}
    {{ normalise_name('full_name') }} as name_key,
    {{ born_on('born_iso') }} as born_on,
    {{ birth_precision('born_iso') }} as birth_precision
    {%- if male %},
    {{ sex_code('sex', male, female) }} as sex_code
    {%- endif %}
{%- endmacro %}

{#- The personal number of a source's column, or the old card that was written in its place. -#}
{% macro identity_number_columns(column='personal_number') -%}
    {{ personal_number(column) }} as personal_number_key,
    {{ personal_number_restored(column) }} as personal_number_restored,
    {{ old_id_number(column) }} as old_id_key
{%- endmacro %}
