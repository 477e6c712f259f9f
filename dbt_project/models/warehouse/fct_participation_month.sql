{{ config(
    materialized='incremental',
    incremental_strategy='partition_replace',
    meta={'reopened_by': ['contribution', 'card', 'benefit', 'claim', 'death']},
    indexes=[{'columns': ['month']}]
) }}

{%- set lasting = ['pension', 'monthly_disability', 'work_injury', 'survivor', 'social_pension', 'social_support'] %}
-- What each person takes part in, month by month, from all registries together: contributions of the month, cards and
-- benefits that hold on its last day. What contradicts itself is marked, not mended.
with observed as (
    select month, month_end from {{ ref('dim_month') }} where is_observed and {{ in_reopened_months('month') }}
),

contribution as (
    select
        fact.month,
        fact.person_key,
        max(case when fact.kind = 'compulsory' then 1 else 0 end) as compulsory,
        max(case when fact.kind = 'voluntary' then 1 else 0 end) as voluntary,
        max(case when fact.ui_amount > 0 then 1 else 0 end) as ui,
        max(case when fact.oa_amount > 0 then 1 else 0 end) as accident,
        sum(case when fact.kind = 'compulsory' then 1 else 0 end) as units,
        max(case
            when fact.kind = 'compulsory' then {{ ranked('fact.wage_base', 'fact.employer_key') }}
        end) as employer,
        max(case when fact.month > dead.death_date then 1 else 0 end) as after_death
    from {{ ref('fct_contribution_month') }} as fact
    left join {{ ref('int_persons_described') }} as dead
        on fact.person_key = dead.person_key and dead.death_date is not null
    where {{ in_reopened_months('fact.month') }}
    group by fact.month, fact.person_key
),

-- Several cards count once, as the one of the lowest payer group. A card that was withdrawn was valid until its last
-- day: the dates alone decide.
insured as (
    select
        observed.month,
        card.person_key,
        min(concat(card.payer_group, card.beneficiary_code)) as payer,
        max(case when card.is_electronic then 1 else 0 end) as e_card
    from {{ ref('fct_hi_card') }} as card
    inner join observed on observed.month_end between card.valid_from and card.valid_to
    group by observed.month, card.person_key
),

granted as (
    select person_key, benefit_type, benefit_from, benefit_to
    from {{ ref('fct_benefit') }}
    where benefit_type in ({{ literals(lasting) }}) and status in ('granted', 'terminated')
    union all
    select link.person_key, 'unemployment' as benefit_type, decision.benefit_from, decision.benefit_to
    from {{ ref('stg_labour__unemployment_decision') }} as decision
    inner join {{ ref('link') }} as link
        on link.dataset = 'unemployment_decision' and decision.decision_id = link.record_id
    where decision.status in ('granted', 'terminated')
),

-- Claims of persons who have cards, but none that was valid on the day.
treated as (
    select claim.month, claim.person_key
    from {{ ref('fct_claim') }} as claim
    inner join {{ ref('fct_hi_card') }} as card on claim.person_key = card.person_key
    where {{ in_reopened_months('claim.month') }} and not claim.is_newborn
    group by claim.month, claim.person_key, claim.claim_id
    having max(case when claim.admitted_on between card.valid_from and card.valid_to then 1 else 0 end) = 0
),

-- One list, so that all of it is joined once.
claimant as (
    select
        month,
        person_key,
        max(case when entitlement = 'pension' then 1 else 0 end) as pension,
        max(case when entitlement = 'social_pension' then 1 else 0 end) as social_pension,
        max(case when entitlement = 'unemployment' then 1 else 0 end) as unemployment,
        max(case when entitlement = 'social_support' then 1 else 0 end) as social_support,
        max(case when entitlement in ('monthly_disability', 'work_injury', 'survivor') then 1 else 0 end) as other,
        max(case when entitlement = 'expired_card' then 1 else 0 end) as expired_card
    from (
        select observed.month, granted.person_key, granted.benefit_type as entitlement
        from granted
        inner join observed
            on
                granted.benefit_from <= observed.month_end
                and coalesce(granted.benefit_to, {{ forever() }}) >= observed.month_end
        union all
        select month, person_key, 'expired_card' as entitlement from treated
    ) as listed
    group by month, person_key
)

select
    coalesce(insured.month, contribution.month, claimant.month) as month,
    coalesce(insured.person_key, contribution.person_key, claimant.person_key) as person_key,
    coalesce(contribution.compulsory = 1, false) as si_compulsory,
    coalesce(contribution.voluntary = 1, false) as si_voluntary,
    coalesce(contribution.ui = 1, false) as ui,
    coalesce(contribution.accident = 1, false) as occupational_accident,
    {{ ranked_value('contribution.employer') }} as employer_key,
    cast(substring(insured.payer, 1, 1) as integer) as hi_payer_group,
    substring(insured.payer, 2) as hi_beneficiary_code,
    coalesce(insured.e_card = 1, false) as hi_e_card,
    coalesce(claimant.pension = 1, false) as pension,
    coalesce(claimant.social_pension = 1, false) as social_pension,
    coalesce(claimant.other = 1, false) as other_benefit,
    coalesce(claimant.unemployment = 1, false) as unemployment_benefit,
    coalesce(claimant.social_support = 1, false) as social_support,
    coalesce(contribution.after_death = 1, false) as contributes_after_death,
    coalesce(contribution.units > 1, false) as has_two_employers,
    coalesce(contribution.compulsory = 1 and (claimant.pension = 1 or claimant.unemployment = 1), false)
        as benefits_and_contributes,
    coalesce(claimant.expired_card = 1, false) as claims_on_expired_card
from insured
full outer join contribution
    on insured.month = contribution.month and insured.person_key = contribution.person_key
full outer join claimant
    on
        coalesce(insured.month, contribution.month) = claimant.month
        and coalesce(insured.person_key, contribution.person_key) = claimant.person_key
