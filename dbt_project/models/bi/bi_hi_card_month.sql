{{ config(alias='hi_card_month', indexes=[{'columns': ['month']}]) }}

select
    month,
    concat('34-', area_34) as area_34_key,
    case when area_63 <> '_U' then concat('63-', area_63) end as area_63_key,
    sex,
    age as age_group,
    card_group as payer_group,
    cast(insured_persons as {{ dbt.type_bigint() }}) as persons,
    cast(e_card_persons as {{ dbt.type_bigint() }}) as e_card_persons
from {{ ref('int_insured_counted') }}
where breakdown = '_T'
