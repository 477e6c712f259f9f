{#- The catalogue is the variable `indicators` of vars.yml; an entry of it, with what a model needs to know. -#}
{% macro indicator_entry(indicator) -%}
    {%- set entry = var('indicators').get(indicator) -%}
    {%- if not entry -%}
        {{ exceptions.raise_compiler_error("vars.yml has no indicator '" ~ indicator ~ "'.") }}
    {%- endif -%}
    {{ return(entry) }}
{%- endmacro %}

{#- A list of the catalogue that is written with commas. -#}
{% macro listed(text) -%}
    {{ return((text or '').replace(' ', '').split(',') | select | list) }}
{%- endmacro %}

{#- A value of the catalogue as an SQL literal of a type. -#}
{% macro catalogue_literal(value, type) -%}
    {%- if value is none or value is undefined -%}
        cast(null as {{ type }})
    {%- elif value is string -%}
        cast({{ dbt.string_literal(dbt.escape_single_quotes(value)) }} as {{ type }})
    {%- else -%}
        cast({{ value }} as {{ type }})
    {%- endif -%}
{%- endmacro %}

{#- The columns of the catalogue with their types, in the order of indicators.indicator. -#}
{% macro catalogue_columns() -%}
    {%- set text = dbt.type_string() -%}
    {%- set columns = {} -%}
    {%- for name in [
        'name_en', 'name_vi', 'theme', 'kind', 'origin', 'unit', 'freqs', 'definition_en', 'definition_vi',
        'numerator_en', 'numerator_vi', 'denominator_en', 'denominator_vi', 'denominator_concept', 'breakdowns',
        'periodicity', 'source_numerator', 'source_denominator', 'sdg_code', 'vn_roadmap_code', 'national_code',
        'ilo_code', 'legal_basis', 'definition_status', 'caveats_en', 'caveats_vi', 'method_version', 'direction',
    ] -%}
        {%- do columns.update({name: text}) -%}
    {%- endfor -%}
    {%- do columns.update({
        'linked': 'boolean', 'headline': 'integer', 'accounting': text, 'overlapping': text, 'bounded': 'boolean',
    }) -%}
    {{ return(columns) }}
{%- endmacro %}
