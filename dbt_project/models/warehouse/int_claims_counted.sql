{{ config(
    materialized='incremental',
    incremental_strategy='partition_replace',
    meta={'reopened_by': ['claim', 'person']}
) }}

-- Visits and their cost by facility, care and patient. Visits are not persons. The poverty of a patient is that of the
-- card on the day of admission.
with card as (
    select
        person_key,
        valid_from,
        valid_to,
        case beneficiary_code when 'HN' then 'POOR' else 'NEAR_POOR' end as poverty
    from {{ ref('fct_hi_card') }}
    where beneficiary_code in ('HN', 'CN')
),

poor as (
    select
        claim.claim_id,
        max(card.poverty) as poverty
    from {{ ref('fct_claim') }} as claim
    inner join card
        on claim.person_key = card.person_key and claim.admitted_on between card.valid_from and card.valid_to
    where {{ in_reopened_months('claim.month') }}
    group by claim.claim_id
),

claim as (
    select
        claim.month,
        claim.facility_code,
        coalesce(claim.facility_area_34, '_U') as area_34,
        lpad(claim.care_type, 2, '0') as care_type,
        coalesce(person.sex, '_U') as sex,
        case when claim.is_newborn then 'Y0T5' else coalesce(age_group.age_group, '_U') end as age,
        case when claim.person_key is null then '_U' else coalesce(poor.poverty, 'OTHER') end as poverty,
        claim.amount_total,
        claim.amount_copaid,
        claim.amount_patient,
        claim.amount_fund
    from {{ ref('fct_claim') }} as claim
    inner join {{ ref('dim_month') }} as dim_month on claim.month = dim_month.month
    left join poor on claim.claim_id = poor.claim_id
    left join {{ ref('dim_person') }} as person on claim.person_key = person.person_key and person.is_current
    {{ join_age_group() }}
    where {{ in_reopened_months('claim.month') }}
)

select
    month,
    facility_code,
    area_34,
    care_type,
    sex,
    age,
    poverty,
    count(*) as visits,
    cast(sum(coalesce(amount_total, 0)) as numeric(24, 0)) as cost,
    cast(sum(coalesce(amount_fund, 0)) as numeric(24, 0)) as fund_amount,
    cast(sum(coalesce(amount_copaid, 0) + coalesce(amount_patient, 0)) as numeric(24, 0)) as patient_amount
from claim
group by month, facility_code, area_34, care_type, sex, age, poverty
