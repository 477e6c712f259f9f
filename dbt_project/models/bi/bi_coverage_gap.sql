{{ config(alias='coverage_gap', indexes=[{'columns': ['month']}]) }}

{#- Gap, its month, and what it is worth in VND; a gap of a year stands in its January. -#}
{% set gaps = {
    'unregistered_employee': (year_start('year'), 'monthly_wage * uninsured_months'),
    'wage_base': (year_start('year'), 'monthly_shortfall * months'),
    'no_health_insurance': ('month', 'null'),
    'after_death': ('month', 'amount'),
} -%}
with gap as (
    {%- for gap, (month, amount) in gaps.items() %}
    select
        '{{ gap }}' as gap,
        {{ month }} as month,
        person_key,
        cast({{ amount }} as {{ dbt.type_bigint() }}) as amount
    from {{ ref('gap_' ~ gap) }}
    union all
    {%- endfor %}
    select
        'several_si_numbers' as gap,
        newest.month,
        numbers.person_key,
        cast(null as {{ dbt.type_bigint() }}) as amount
    from {{ ref('gap_several_si_numbers') }} as numbers
    cross join (select max(month) as month from {{ ref('dim_month') }} where is_observed) as newest
)

select
    gap.month,
    cast(gap.gap as {{ dbt.type_string() }}) as gap,
    concat('34-', coalesce(spell.area_34, person.declared_area_34)) as area_34_key,
    coalesce(person.sex, '_U') as sex,
    cast(count(distinct gap.person_key) as {{ dbt.type_bigint() }}) as persons,
    cast(count(*) as {{ dbt.type_bigint() }}) as findings,
    cast(sum(gap.amount) as {{ dbt.type_bigint() }}) as amount
from gap
inner join {{ ref('dim_person') }} as person on gap.person_key = person.person_key and person.is_current
left join {{ ref('int_residence_spells') }} as spell
    on gap.person_key = spell.person_key and gap.month >= spell.month_from and gap.month <= spell.month_to
group by 1, 2, 3, 4
