{%- set measures = {
    'si_persons': 'sum(case when p.si_compulsory or p.si_voluntary then 1 else 0 end)',
    'si_compulsory_persons': 'sum(case when p.si_compulsory then 1 else 0 end)',
    'si_voluntary_persons': 'sum(case when p.si_voluntary then 1 else 0 end)',
    'si_voluntary_only_persons': 'sum(case when p.si_voluntary and not p.si_compulsory then 1 else 0 end)',
    'ui_persons': 'sum(case when p.ui then 1 else 0 end)',
    'e_card_persons': 'sum(case when p.hi_e_card then 1 else 0 end)',
    'participants': 'sum(case when not person.armed_forces then 1 else 0 end)',
    'linked_participants': "sum(case when not person.armed_forces and person.spine = 'population' then 1 else 0 end)",
    'persons': 'count(*)',
} -%}
{{ config(
    materialized='incremental',
    incremental_strategy='partition_replace',
    meta={'reopened_by': ['contribution', 'card', 'benefit', 'claim', 'death', 'person']}
) }}

-- Persons, not records: who takes part in a scheme counts once a month, where it lives at the month's end. Ages are in
-- years here; participants outside the armed forces are the base of the link rate.
with participation as (
    select
        *,
        coalesce(hi_payer_group, 0) as payer_group
    from {{ ref('fct_participation_month') }}
    where
        {{ in_reopened_months('month') }}
        and (
            si_compulsory or si_voluntary or hi_payer_group is not null
            or pension or social_pension or other_benefit or unemployment_benefit
        )
)

{{ count_at_month_end('participation', measures, by=['payer_group']) }}
