{%- set measures = {
    'si_persons': 'p.si_compulsory or p.si_voluntary',
    'si_compulsory_persons': 'p.si_compulsory',
    'si_voluntary_persons': 'p.si_voluntary',
    'si_voluntary_only_persons': 'p.si_voluntary and not p.si_compulsory',
    'ui_persons': 'p.ui',
    'accident_persons': 'p.occupational_accident',
    'unemployed_persons': 'p.unemployment_benefit',
    'covered_persons': 'p.si_compulsory or p.si_voluntary or p.receives',
    'insured_persons': 'p.card_group > 0',
    'usable_card_persons': "p.card_group > 0 and p.verified_on <= dim_month.month_end and person.spine = 'population'",
    'e_card_persons': 'p.hi_e_card',
    'e_book_persons': '(p.si_compulsory or p.si_voluntary) and p.e_book_on <= dim_month.month_end',
    'members': 'p.is_member',
    'document_persons': '(p.si_compulsory or p.si_voluntary) and p.e_book_on <= dim_month.month_end or p.hi_e_card',
    'account_persons': 'p.is_member and p.account_on <= dim_month.month_end '
        'and coalesce(p.account_ended_on > dim_month.month_end, true)',
    'participants': 'p.takes_part and not person.armed_forces',
    'linked_participants': "p.takes_part and not person.armed_forces and person.spine = 'population'",
} -%}
{%- set breakdowns = {
    'scheme': "case when p.si_compulsory then 'COMPULSORY' when p.si_voluntary then 'VOLUNTARY' else 'NONE' end",
    'payer_group': 'p.card_group',
    'vsic_section': "case when p.si_compulsory then coalesce(p.vsic_published, '_U') else '_Z' end",
    'ownership': "case when p.si_compulsory then coalesce(p.ownership, '_U') else '_Z' end",
    'urbanisation': "case when spell.is_urban then 'U' when not spell.is_urban then 'R' else '_U' end",
    'poverty': "case p.hi_beneficiary_code when 'HN' then 'POOR' when 'CN' then 'NEAR_POOR' else 'OTHER' end",
    'ethnicity': 'person.ethnicity',
} -%}
{{ config(
    materialized='incremental',
    incremental_strategy='partition_replace',
    meta={'reopened_by': ['contribution', 'card', 'benefit', 'claim', 'death', 'person']}
) }}

-- Persons, not records: who takes part in a scheme counts once a month, where it lives at the month's end. Ages are in
-- years here; participants outside the armed forces are the base of the link rate. Industry and ownership are those of
-- the unit that declares compulsory insurance; _Z where there is none.
with schemes as (
    select
        participation.*,
        coalesce(participation.hi_payer_group, 0) as card_group,
        participation.pension or participation.social_pension or participation.other_benefit
        or participation.unemployment_benefit or participation.social_support as receives,
        participation.si_compulsory or participation.si_voluntary or participation.ui
        or participation.hi_payer_group is not null as is_member,
        participation.si_compulsory or participation.si_voluntary or participation.hi_payer_group is not null
        or participation.pension or participation.social_pension or participation.other_benefit
        or participation.unemployment_benefit as takes_part,
        since.verified_on,
        since.e_book_on,
        since.account_on,
        since.account_ended_on,
        employer.vsic_published,
        employer.ownership
    from {{ ref('fct_participation_month') }} as participation
    left join {{ ref('int_participants_since') }} as since on participation.person_key = since.person_key
    left join {{ ref('dim_employer') }} as employer on participation.employer_key = employer.employer_key
    where {{ in_reopened_months('participation.month') }}
),

participation as (
    select * from schemes where takes_part or receives
)

{{ count_at_month_end('participation', measures, by=['card_group'], breakdowns=breakdowns) }}
