{{ config(materialized='view') }}

-- One shape for every record that names a person; the attributes are the normalised ones of staging.
select
    'labour' as registry,
    'contract' as dataset,
    contract_id as record_id,
    personal_number_key as personal_number,
    personal_number_restored,
    old_id_key as old_id_number,
    cast(null as {{ dbt.type_string() }}) as si_number,
    cast(null as {{ dbt.type_string() }}) as tax_code,
    name_key,
    born_on,
    birth_precision,
    false as is_newborn,
    _batch_id
from {{ ref('stg_labour__contract') }}

union all

select
    'labour' as registry,
    'unemployment_decision' as dataset,
    decision_id as record_id,
    personal_number_key as personal_number,
    personal_number_restored,
    old_id_key as old_id_number,
    si_number_key as si_number,
    cast(null as {{ dbt.type_string() }}) as tax_code,
    name_key,
    born_on,
    birth_precision,
    false as is_newborn,
    _batch_id
from {{ ref('stg_labour__unemployment_decision') }}

union all

select
    'labour' as registry,
    'training_support' as dataset,
    support_id as record_id,
    personal_number_key as personal_number,
    personal_number_restored,
    old_id_key as old_id_number,
    cast(null as {{ dbt.type_string() }}) as si_number,
    cast(null as {{ dbt.type_string() }}) as tax_code,
    name_key,
    born_on,
    birth_precision,
    false as is_newborn,
    _batch_id
from {{ ref('stg_labour__training_support') }}

union all

select
    'tax' as registry,
    'wage_income' as dataset,
    concat(return_id, ':', line_no) as record_id,
    coalesce(personal_number_key, case when not tax_code_is_old then employee_tax_code end) as personal_number,
    personal_number_restored,
    old_id_key as old_id_number,
    cast(null as {{ dbt.type_string() }}) as si_number,
    case when tax_code_is_old then employee_tax_code end as tax_code,
    name_key,
    cast(null as date) as born_on,
    cast(null as {{ dbt.type_string() }}) as birth_precision,
    false as is_newborn,
    _batch_id
from {{ ref('stg_tax__wage_income') }}

union all

select
    'vss' as registry,
    'benefit_decision' as dataset,
    decision_id as record_id,
    coalesce(personal_number_key, case when length(si_number) = 12 then si_number end) as personal_number,
    personal_number_restored,
    old_id_key as old_id_number,
    si_number_key as si_number,
    cast(null as {{ dbt.type_string() }}) as tax_code,
    name_key,
    born_on,
    birth_precision,
    false as is_newborn,
    _batch_id
from {{ ref('stg_vss__benefit_decision') }}

union all

select
    'vss' as registry,
    'hi_card' as dataset,
    card_id as record_id,
    personal_number_key as personal_number,
    personal_number_restored,
    old_id_key as old_id_number,
    si_number_key as si_number,
    cast(null as {{ dbt.type_string() }}) as tax_code,
    cast(null as {{ dbt.type_string() }}) as name_key,
    cast(null as date) as born_on,
    cast(null as {{ dbt.type_string() }}) as birth_precision,
    false as is_newborn,
    _batch_id
from {{ ref('stg_vss__hi_card') }}

union all

select
    'vss' as registry,
    'e_account' as dataset,
    account_id as record_id,
    cast(null as {{ dbt.type_string() }}) as personal_number,
    false as personal_number_restored,
    cast(null as {{ dbt.type_string() }}) as old_id_number,
    si_number_key as si_number,
    cast(null as {{ dbt.type_string() }}) as tax_code,
    cast(null as {{ dbt.type_string() }}) as name_key,
    cast(null as date) as born_on,
    cast(null as {{ dbt.type_string() }}) as birth_precision,
    false as is_newborn,
    _batch_id
from {{ ref('stg_vss__e_account') }}

union all

select
    'health' as registry,
    'claim' as dataset,
    claim_id as record_id,
    personal_number_key as personal_number,
    personal_number_restored,
    old_id_key as old_id_number,
    si_number_key as si_number,
    cast(null as {{ dbt.type_string() }}) as tax_code,
    name_key,
    born_on,
    birth_precision,
    is_newborn,
    _batch_id
from {{ ref('stg_health__claim') }}

union all

select
    'health' as registry,
    'birth_certificate' as dataset,
    concat(claim_id, ':', birth_number) as record_id,
    mother_personal_number_key as personal_number,
    mother_personal_number_restored as personal_number_restored,
    mother_old_id_key as old_id_number,
    mother_si_number_key as si_number,
    cast(null as {{ dbt.type_string() }}) as tax_code,
    mother_name_key as name_key,
    mother_born_on as born_on,
    mother_birth_precision as birth_precision,
    false as is_newborn,
    _batch_id
from {{ ref('stg_health__birth_certificate') }}

union all

select
    'health' as registry,
    'sick_leave' as dataset,
    claim_id as record_id,
    cast(null as {{ dbt.type_string() }}) as personal_number,
    false as personal_number_restored,
    cast(null as {{ dbt.type_string() }}) as old_id_number,
    coalesce(si_number_key, card_si_number_key) as si_number,
    cast(null as {{ dbt.type_string() }}) as tax_code,
    cast(null as {{ dbt.type_string() }}) as name_key,
    cast(null as date) as born_on,
    cast(null as {{ dbt.type_string() }}) as birth_precision,
    false as is_newborn,
    _batch_id
from {{ ref('stg_health__sick_leave') }}
