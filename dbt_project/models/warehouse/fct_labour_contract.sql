{{ config(
    materialized='incremental',
    incremental_strategy='record_replace',
    unique_key=['contract_id'],
    indexes=[{'columns': ['contract_id'], 'unique': true}]
) }}

select
    contract.contract_id,
    link.person_key,
    employer.employer_key,
    case contract.contract_type when 0 then 'indefinite' else 'fixed' end as contract_type,
    contract.occupation_code,
    contract.start_date,
    contract.end_date,
    contract.monthly_wage,
    {{ area_34('contract.area_list', 'contract.province_code') }} as area_34,
    {{ area_63('contract.area_list', 'contract.province_code') }} as area_63,
    link.probability as link_probability,
    contract.updated_at as recorded_at,
    contract._batch_id
from {{ ref('stg_labour__contract') }} as contract
inner join {{ ref('link') }} as link on link.dataset = 'contract' and contract.contract_id = link.record_id
left join (
    select
        tax_code,
        min(employer_key) as employer_key
    from {{ ref('dim_employer') }}
    group by tax_code
) as employer on contract.employer_tax_code = employer.tax_code
{{ join_crosswalk('contract.area_list', 'contract.province_code') }}
where {{ in_work('contract', 'link', 'contract_id') }}
