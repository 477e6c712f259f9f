{#-
    Parts of an indicator, all in one shape: the place in time, area_34, area_63, sex, age, breakdown, category, numerator
    and denominator. Rows with breakdown _T carry sex and age; rows of a breakdown carry _T for both. What is not known is
    _U, what is not told apart _T. A stock or an average has `month`; a flow of distinct persons has `freq` and `period`.

    `counted` reads one part from an int_ model that has these columns.

    Args:
        numerator, denominator: SQL over the model.
        category: breakdown and category that the model's total makes, such as ('measure', 'VND').
        money: contributors and one of the two largest amounts, SQL over the model; ('null', 'null') for a count beside
            money. The second largest amount comes as a part of its own, with an amount and contributors of 0.
-#}
{% macro counted(model, numerator='null', denominator='null', time='month', where='true', category=none, money=none) -%}
    select
        {{ time }},
        area_34,
        area_63,
        {%- if category %}
        '_T' as sex,
        '_T' as age,
        '{{ category[0] }}' as breakdown,
        '{{ category[1] }}' as category,
        {%- else %}
        sex,
        age,
        breakdown,
        category,
        {%- endif %}
        cast({{ numerator }} as numeric(24, 0)) as numerator,
        cast({{ denominator }} as numeric(24, 0)) as denominator
        {%- if money %},
        cast({{ money[0] }} as {{ dbt.type_bigint() }}) as contributors,
        cast({{ money[1] }} as numeric(24, 0)) as largest
        {%- endif %}
    from {{ model }}
    where {{ where }}
    {%- if category %} and breakdown = '_T'{% endif %}
{%- endmacro %}

{#-
    Reference figures as the denominator. A month was delivered on the list in force; the older list is summed to the newer
    one through the crosswalk.
-#}
{% macro reference(dataset, measure) -%}
    select
        figure.month,
        {{ area_34('figure.area_list', 'figure.province_code') }} as area_34,
        coalesce({{ area_63('figure.area_list', 'figure.province_code') }}, '_U') as area_63,
        figure.sex,
        figure.age_group as age,
        '_T' as breakdown,
        '_T' as category,
        cast(null as numeric(24, 0)) as numerator,
        cast(figure.{{ measure }} as numeric(24, 0)) as denominator
    from {{ ref('stg_reference__' ~ dataset) }} as figure
    {{ join_crosswalk('figure.area_list', 'figure.province_code') }}
    where figure.area_list = case when figure.month < cast('2025-07-01' as date) then '63' else '34' end
{%- endmacro %}

{#- Breakdown and category of a row of `grouping sets`, of which each names one column of `columns` or none of them. -#}
{% macro breakdown_of(columns) -%}
    {{ which_of(columns, values=false) }}
{%- endmacro %}

{% macro category_of(columns) -%}
    {{ which_of(columns, values=true) }}
{%- endmacro %}

{% macro which_of(columns, values) -%}
    {%- if not columns -%}'_T'{%- else -%}
    case
        {%- for column in columns %}
        when grouping({{ column }}) = 0
            then {{ "coalesce(cast(" ~ column ~ " as " ~ dbt.type_string() ~ "), '_U')" if values else "'" ~ column ~ "'" }}
        {%- endfor %}
        else '_T'
    end
    {%- endif -%}
{%- endmacro %}
