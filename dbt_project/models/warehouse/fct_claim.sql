{{ config(
    materialized='incremental',
    incremental_strategy='partition_replace',
    meta={'reopened_by': ['claim']},
    indexes=[{'columns': ['month']}, {'columns': ['claim_id'], 'unique': true}]
) }}

-- One encounter, in its newest submission, with the sums of the lines of that submission.
with claim as (
    select * from {{ ref('stg_health__claim') }} where {{ in_reopened_months('month') }}
),

line as (
    {%- for dataset in ['drug', 'service'] %}
    select
        line.claim_id,
        {{ 'line.amount_insured_scope' if dataset == 'drug' else '0' }} as drug_amount,
        {{ 'line.amount_insured_scope' if dataset == 'service' else '0' }} as service_amount
    from {{ ref('stg_health__claim_' ~ dataset) }} as line
    inner join claim
        on
            line.claim_id = claim.claim_id
            and line.submitted_date = claim.submitted_date
            and line.submitted_file = claim.submitted_file
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

summed as (
    select
        claim_id,
        sum(drug_amount) as drug_lines_amount,
        sum(service_amount) as service_lines_amount,
        count(*) as line_count
    from line
    group by claim_id
)

select
    claim.month,
    claim.claim_id,
    link.person_key,
    claim.is_newborn,
    substring(claim.facility_code, 1, 2) as facility_area_63,
    crosswalk.new_code as facility_area_34,
    claim.facility_code,
    claim.care_type,
    substring(claim.main_diagnosis, 1, 3) as diagnosis,
    cast(claim.admitted_at as date) as admitted_on,
    cast(claim.discharged_at as date) as discharged_on,
    claim.treatment_days,
    claim.paid_at is not null as is_paid,
    claim.amount_total,
    claim.amount_insured_scope,
    claim.amount_patient,
    claim.amount_copaid,
    claim.amount_fund,
    claim.amount_other,
    cast(coalesce(summed.drug_lines_amount, 0) as numeric(20, 3)) as drug_lines_amount,
    cast(coalesce(summed.service_lines_amount, 0) as numeric(20, 3)) as service_lines_amount,
    cast(coalesce(summed.line_count, 0) as {{ dbt.type_bigint() }}) as line_count,
    link.probability as link_probability,
    claim.submitted_date,
    claim._batch_id
from claim
left join summed on claim.claim_id = summed.claim_id
left join {{ ref('link') }} as link on link.dataset = 'claim' and claim.claim_id = link.record_id
left join {{ ref('province_crosswalk') }} as crosswalk on substring(claim.facility_code, 1, 2) = crosswalk.old_code
