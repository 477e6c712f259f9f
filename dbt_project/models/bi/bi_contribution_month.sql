{{ config(alias='contribution_month', indexes=[{'columns': ['month']}]) }}

select
    contribution.month,
    concat('34-', employer.area_34) as area_34_key,
    case when employer.area_63 is not null then concat('63-', employer.area_63) end as area_63_key,
    employer.vsic_version,
    employer.vsic_section,
    employer.ownership,
    employer.size_class,
    contribution.kind,
    cast(count(distinct contribution.person_key) as {{ dbt.type_bigint() }}) as persons,
    cast(sum(contribution.wage_base) as {{ dbt.type_bigint() }}) as wage_base,
    cast(sum(contribution.si_amount) as {{ dbt.type_bigint() }}) as si_amount,
    cast(sum(contribution.oa_amount) as {{ dbt.type_bigint() }}) as oa_amount,
    cast(sum(contribution.ui_amount) as {{ dbt.type_bigint() }}) as ui_amount,
    cast(sum(contribution.hi_amount) as {{ dbt.type_bigint() }}) as hi_amount,
    cast(sum(contribution.subsidy_amount) as {{ dbt.type_bigint() }}) as subsidy_amount,
    cast(sum(contribution.paid_amount) as {{ dbt.type_bigint() }}) as paid_amount,
    cast(sum(case when contribution.is_late then 1 else 0 end) as {{ dbt.type_bigint() }}) as late_records
from {{ ref('fct_contribution_month') }} as contribution
left join {{ ref('dim_employer') }} as employer on contribution.employer_key = employer.employer_key
group by 1, 2, 3, 4, 5, 6, 7, 8
