{#-
    A name as a comparison key: lower case, no diacritics, letters and single spaces only. Composed and decomposed
    Unicode, both placements of the tone mark and "đ" give one key. The raw name stays beside it.
-#}
{% macro normalise_name(name) -%}
    {%- set marked = "àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬÈÉẺẼẸÊỀẾỂỄỆÌÍỈĨỊÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢÙÚỦŨỤƯỪỨỬỮỰỲÝỶỸỴĐ" -%}
    {%- set plain = "aaaaaaaaaaaaaaaaaeeeeeeeeeeeiiiiiooooooooooooooooouuuuuuuuuuuyyyyydaaaaaaaaaaaaaaaaaeeeeeeeeeeeiiiiiooooooooooooooooouuuuuuuuuuuyyyyyd" -%}
    {%- set combining = "̛̣̀́̃̉̂̆" -%}
    nullif(trim({{ replace_pattern(
        lower_ascii("translate(" ~ name ~ ", '" ~ marked ~ combining ~ "', '" ~ plain ~ "')"), '[^a-z]+', ' '
    ) }}), '')
{%- endmacro %}

{#- A name as written, in lower case, composed Unicode and single spaces; diacritics stay. -#}
{% macro clean_name(name) -%}
    {%- set upper = "ÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬÈÉẺẼẸÊỀẾỂỄỆÌÍỈĨỊÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢÙÚỦŨỤƯỪỨỬỮỰỲÝỶỸỴĐ" -%}
    nullif(trim({{ replace_pattern(
        lower_ascii("translate(" ~ composed(name) ~ ", '" ~ upper ~ "', '" ~ upper | lower ~ "')"), '[ \t\n\r\xa0]+', ' '
    ) }}), '')
{%- endmacro %}

{#- Composed Unicode (NFC); Spark has no such function, its sources deliver composed text. -#}
{% macro composed(text) -%}
    {{ return(adapter.dispatch('composed')(text)) }}
{%- endmacro %}

{% macro default__composed(text) -%}
    normalize({{ text }}, nfc)
{%- endmacro %}

{% macro spark__composed(text) -%}
    {{ text }}
{%- endmacro %}

{#- Lower case of plain letters, without the cost of a locale. -#}
{% macro lower_ascii(text) -%}
    {{ return(adapter.dispatch('lower_ascii')(text)) }}
{%- endmacro %}

{% macro default__lower_ascii(text) -%}
    lower({{ text }} collate "C")
{%- endmacro %}

{% macro spark__lower_ascii(text) -%}
    lower({{ text }})
{%- endmacro %}

{#- An identifier as written, without the separators that people type. -#}
{% macro digits(text) -%}
    translate({{ text }}, ' .-', '')
{%- endmacro %}

{#- Every match of a regular expression replaced. -#}
{% macro replace_pattern(text, pattern, replacement) -%}
    {{ return(adapter.dispatch('replace_pattern')(text, pattern, replacement)) }}
{%- endmacro %}

{% macro default__replace_pattern(text, pattern, replacement) -%}
    regexp_replace({{ text }}, '{{ pattern }}', '{{ replacement }}', 'g')
{%- endmacro %}

{% macro spark__replace_pattern(text, pattern, replacement) -%}
    regexp_replace({{ text }}, '{{ pattern }}', '{{ replacement }}')
{%- endmacro %}

{#- Whether a text matches a regular expression. -#}
{% macro matches(text, pattern) -%}
    {{ return(adapter.dispatch('matches')(text, pattern)) }}
{%- endmacro %}

{% macro default__matches(text, pattern) -%}
    {{ text }} ~ '{{ pattern }}'
{%- endmacro %}

{% macro spark__matches(text, pattern) -%}
    {{ text }} rlike '{{ pattern }}'
{%- endmacro %}
