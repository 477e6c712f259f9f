{{ config(alias='claim_month', indexes=[{'columns': ['month']}]) }}

select
    month,
    concat('34-', facility_area_34) as facility_area_34_key,
    concat('63-', facility_area_63) as facility_area_63_key,
    care_type,
    cast(count(*) as {{ dbt.type_bigint() }}) as claims,
    cast(count(distinct person_key) as {{ dbt.type_bigint() }}) as persons,
    cast(sum(treatment_days) as {{ dbt.type_bigint() }}) as treatment_days,
    cast(sum(amount_total) as {{ dbt.type_bigint() }}) as amount_total,
    cast(sum(amount_insured_scope) as {{ dbt.type_bigint() }}) as amount_insured_scope,
    cast(sum(amount_copaid) as {{ dbt.type_bigint() }}) as amount_copaid,
    cast(sum(amount_fund) as {{ dbt.type_bigint() }}) as amount_fund,
    cast(sum(case when is_paid then amount_fund else 0 end) as {{ dbt.type_bigint() }}) as amount_fund_paid
from {{ ref('fct_claim') }}
group by 1, 2, 3, 4
