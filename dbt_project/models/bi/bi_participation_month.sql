{{ config(alias='participation_month', indexes=[{'columns': ['month']}]) }}

{% set schemes = {
    'SI': 'si_persons', 'SI_COMPULSORY': 'si_compulsory_persons', 'SI_VOLUNTARY': 'si_voluntary_persons',
    'UI': 'ui_persons',
} -%}
{% for scheme, persons in schemes.items() -%}
select
    month,
    concat('34-', area_34) as area_34_key,
    case when area_63 <> '_U' then concat('63-', area_63) end as area_63_key,
    sex,
    age as age_group,
    cast('{{ scheme }}' as {{ dbt.type_string() }}) as scheme,
    cast({{ persons }} as {{ dbt.type_bigint() }}) as persons
from {{ ref('int_participants_counted') }}
where breakdown = '_T' and {{ persons }} > 0
{{ 'union all' if not loop.last }}
{% endfor %}
