{{ config(
    materialized='incremental',
    incremental_strategy='append',
    full_refresh=false,
    indexes=[{'columns': ['person_key'], 'unique': true}, {'columns': ['spine', 'spine_id'], 'unique': true}]
) }}

-- A key is given once. Persons stay when their records find another person later: keys are never used again.
with known_numbers as (
    select si_number from {{ ref('stg_vss__participant') }}
),

spine as (
    select distinct 'population' as spine, current_number as spine_id from {{ ref('int_population_numbers') }}

    union all

    select 'participant' as spine, si_number as spine_id
    from {{ ref('int_participants_matched') }}
    where personal_number is null

    union all

    -- Social insurance numbers that are used but not in the participants' register.
    select distinct 'si_number' as spine, used.si_number as spine_id
    from (
        select si_number_key as si_number from {{ ref('stg_vss__hi_card') }}
        union
        select si_number_key as si_number from {{ ref('stg_vss__benefit_decision') }}
        union
        select si_number from {{ ref('stg_vss__contribution') }} where length(si_number) = 10
    ) as used
    left join known_numbers on used.si_number = known_numbers.si_number
    where used.si_number is not null and known_numbers.si_number is null

    union all

    -- Recipients without a social insurance number, and participants since 2025-08, unknown to the population register.
    select distinct 'personal_number' as spine, used.personal_number as spine_id
    from (
        select personal_number_key as personal_number
        from {{ ref('stg_vss__benefit_decision') }}
        where si_number_key is null and not personal_number_restored
        union
        select si_number as personal_number from {{ ref('stg_vss__contribution') }} where length(si_number) = 12
    ) as used
    left join {{ ref('int_population_numbers') }} as number on used.personal_number = number.personal_number
    where used.personal_number is not null and number.personal_number is null
)

select
    {% if is_incremental() %}(select coalesce(max(person_key), 0) from {{ this }}) +{% endif %}
    row_number() over (order by spine.spine, spine.spine_id) as person_key,
    cast(spine.spine as {{ dbt.type_string() }}) as spine,
    spine.spine_id,
    {{ dbt.current_timestamp() }} as assigned_at
from spine
{% if is_incremental() %}
left join {{ this }} as assigned on spine.spine = assigned.spine and spine.spine_id = assigned.spine_id
where assigned.person_key is null
{% endif %}
