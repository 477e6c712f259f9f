{{ config(
    materialized='incremental',
    incremental_strategy='record_replace',
    unique_key=['dataset', 'record_id'],
    indexes=[{'columns': ['dataset', 'record_id'], 'unique': true}]
) }}

{%- set in_work = ref('batch_in_work') %}
-- The person of each record, with the rule that found it: strongest first, and none that name and birth contradict.
with record as (
    select * from {{ ref('source_record') }}
    {%- if is_incremental() %}
    where _batch_id in (select batch_id from {{ in_work }})
    union all
    -- Records that lead nowhere yet, or to a person whose identifiers meanwhile lead to another, or whose newest row a
    -- corrected delivery took back.
    select source_record.*
    from {{ this }} as open_link
    inner join {{ ref('source_record') }} as source_record
        on open_link.dataset = source_record.dataset and open_link.record_id = source_record.record_id
    where
        source_record._batch_id not in (select batch_id from {{ in_work }})
        and (
            open_link.person_key is null
            or open_link._batch_id in (select batch_id from {{ in_work }})
            or not exists (select 1 from {{ ref('identifier') }} as i where i.person_key = open_link.person_key)
        )
    {%- endif %}
),

identifier as (
    select * from {{ ref('identifier') }}
),

judged as (
    select
        record.registry,
        record.dataset,
        record.record_id,
        record.personal_number_restored,
        record._batch_id,
        record.is_newborn,
        case when {{ may_link('record', 'by_number') }} then by_number.person_key end as number_person,
        case
            when
                {{ may_link('record', 'by_card') }}
                and record.name_key = by_card.name_key and {{ same_birth('record', 'by_card') }}
                then by_card.person_key
        end as card_person,
        case when {{ may_link('record', 'by_si') }} then by_si.person_key end as si_person,
        case when {{ may_link('record', 'by_tax') }} then by_tax.person_key end as tax_person
    from record
    left join identifier as by_number
        on by_number.identifier_type = 'personal_number' and record.personal_number = by_number.identifier
    left join identifier as by_card
        on by_card.identifier_type = 'old_id_number' and record.old_id_number = by_card.identifier
    left join identifier as by_si
        on by_si.identifier_type = 'si_number' and record.si_number = by_si.identifier
    left join identifier as by_tax
        on by_tax.identifier_type = 'tax_code' and record.tax_code = by_tax.identifier
),

found as (
    select
        registry,
        dataset,
        record_id,
        coalesce(number_person, card_person, si_person, tax_person) as person_key,
        case
            when number_person is not null and personal_number_restored then 'personal_number_restored'
            when number_person is not null then 'personal_number'
            when card_person is not null then 'old_card_name_birth'
            when si_person is not null and dataset in ('claim', 'hi_card') then 'hi_card'
            when si_person is not null then 'si_number'
            when tax_person is not null then 'tax_code'
            when is_newborn then 'newborn'
            else 'none'
        end as rule,
        _batch_id
    from judged

    union all

    select
        'vss' as registry,
        'participant' as dataset,
        matched.si_number as record_id,
        identifier.person_key,
        matched.rule,
        participant._batch_id
    from {{ ref('int_participants_matched') }} as matched
    inner join {{ ref('stg_vss__participant') }} as participant on matched.si_number = participant.si_number
    inner join identifier
        on identifier.identifier_type = 'si_number' and matched.si_number = identifier.identifier
    {%- if is_incremental() %}
    left join {{ this }} as standing
        on standing.dataset = 'participant' and matched.si_number = standing.record_id
    where
        standing.person_key is null
        or standing.person_key <> identifier.person_key
        or standing._batch_id in (select batch_id from {{ in_work }})
        or participant._batch_id in (select batch_id from {{ in_work }})
    {%- endif %}
)

select
    cast(found.registry as {{ dbt.type_string() }}) as registry,
    cast(found.dataset as {{ dbt.type_string() }}) as dataset,
    found.record_id,
    found.person_key,
    cast(found.rule as {{ dbt.type_string() }}) as rule,
    -- A link that is found again is as old as it was.
    coalesce({{ 'standing.linked_at, ' if is_incremental() }}{{ dbt.current_timestamp() }}) as linked_at,
    found._batch_id
from found
{% if is_incremental() %}
left join {{ this }} as standing
    on
        found.dataset = standing.dataset
        and found.record_id = standing.record_id
        and found.person_key = standing.person_key
{% endif %}
