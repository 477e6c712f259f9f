{{ config(indexes=[{'columns': ['person_key'], 'unique': true}]) }}

-- What is believed of each person: per attribute the best source, by the seed survivorship. Keys that were merged into
-- another, or lost all their records, stay with nothing to say.
with ranks as (
    {{ source_ranks() }}
),

replaced as (
    {{ replaced_numbers() }}
),

believed as (
    select
        node.person_key,
        {%- for attribute, (value, plausible) in surviving_attributes().items() %}
        max({{ survival_key(value, plausible, 'ranks.' ~ attribute) }}) as {{ attribute }},
        {%- endfor %}
        max(case record.dataset when 'person' then 3 when 'participant' then 2 else 1 end) as spine
    from {{ ref('record') }} as record
    inner join {{ source('identity', 'node_person') }} as node on record.node_id = node.node_id
    left join ranks on record.dataset = ranks.dataset
    left join replaced on record.dataset = 'person' and record.personal_number = replaced.old_value
    group by node.person_key
),

-- One participant speaks for a person with several social insurance numbers: the newest.
participant as (
    select *
    from (
        select
            participant.*,
            link.person_key,
            row_number() over (
                partition by link.person_key order by participant.updated_at desc, participant.si_number
            ) as newest,
            min(participant.first_month) over (partition by link.person_key) as first_month_ever
        from {{ ref('stg_vss__participant') }} as participant
        inner join {{ ref('link') }} as link
            on link.dataset = 'participant' and participant.si_number = link.record_id
    ) as ranked
    where newest = 1
)

select
    person.person_key,
    person.merged_into,
    cast(case believed.spine when 3 then 'population' when 2 then 'participant' when 1 then 'other' else 'none' end
        as {{ dbt.type_string() }}) as spine,
    substring(believed.personal_number, 13) as personal_number,
    substring(believed.full_name, 13) as full_name,
    cast(substring(believed.birth_date, 13, 10) as date) as born_on,
    substring(believed.birth_date, 24) as birth_precision,
    substring(believed.sex, 13) as sex,
    coalesce(population.life_status, 'alive') as life_status,
    population.death_date,
    case when population.life_status = 'emigrated' then cast(population.updated_at as date) end as left_on,
    coalesce(population.armed_forces, participant.armed_forces, false) as armed_forces,
    cast(case
        when coalesce(population.ethnicity_code, participant.ethnicity_code) = '01' then 'KINH'
        when coalesce(population.ethnicity_code, participant.ethnicity_code) is not null then 'MINORITY'
    end as {{ dbt.type_string() }}) as ethnicity,
    coalesce(participant.personal_number_verified, false) as personal_number_verified,
    case when participant.person_key is null then '63' else participant.area_list end as declared_area_list,
    case
        when participant.person_key is null then substring(believed.residence_province, 13)
        else participant.province_code
    end as declared_area,
    participant.first_month_ever as first_si_month
from {{ source('identity', 'person') }} as person
left join believed on person.person_key = believed.person_key
left join participant on person.person_key = participant.person_key
left join {{ ref('stg_population__person') }} as population
    on believed.spine = 3 and substring(believed.personal_number, 13) = population.personal_number
