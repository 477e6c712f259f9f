{{ config(alias='benefit_month', indexes=[{'columns': ['month']}]) }}

select
    month,
    concat('34-', area_34) as area_34_key,
    case when area_63 is not null then concat('63-', area_63) end as area_63_key,
    benefit_type,
    channel,
    is_urban,
    cast(count(distinct person_key) as {{ dbt.type_bigint() }}) as persons,
    cast(count(*) as {{ dbt.type_bigint() }}) as payments,
    cast(sum(amount) as {{ dbt.type_bigint() }}) as amount
from {{ ref('fct_payment_month') }}
group by 1, 2, 3, 4, 5, 6
