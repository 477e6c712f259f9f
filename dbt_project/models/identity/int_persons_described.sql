{{ config(indexes=[{'columns': ['person_key'], 'unique': true}]) }}

-- What is known of each person: the population register first, then the participant's own declaration.
with person as (
    select * from {{ ref('person') }}
),

-- One participant speaks for a person with several social insurance numbers: the newest.
participant as (
    select *
    from (
        select
            participant.*,
            coalesce(matched.personal_number, participant.si_number) as spine_id,
            case when matched.personal_number is null then 'participant' else 'population' end as spine,
            row_number() over (
                partition by coalesce(matched.personal_number, participant.si_number)
                order by participant.updated_at desc, participant.si_number
            ) as newest
        from {{ ref('stg_vss__participant') }} as participant
        inner join {{ ref('int_participants_matched') }} as matched on participant.si_number = matched.si_number
    ) as ranked
    where newest = 1
)

select
    person.person_key,
    person.spine,
    person.spine_id,
    coalesce(population.name_key, participant.name_key) as name_key,
    coalesce(population.born_on, participant.born_on) as born_on,
    coalesce(population.birth_precision, participant.birth_precision) as birth_precision,
    coalesce(population.sex_code, participant.sex_code) as sex,
    coalesce(population.life_status, 'alive') as life_status,
    population.death_date,
    coalesce(population.armed_forces, participant.armed_forces, false) as armed_forces,
    coalesce(participant.personal_number_verified, false) as personal_number_verified,
    participant.area_list as declared_area_list,
    participant.province_code as declared_area,
    participant.first_month as first_si_month
from person
left join {{ ref('stg_population__person') }} as population
    on person.spine = 'population' and person.spine_id = population.personal_number
left join participant on person.spine = participant.spine and person.spine_id = participant.spine_id
