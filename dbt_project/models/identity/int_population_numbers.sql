{{ config(indexes=[{'columns': ['personal_number'], 'unique': true}]) }}

with person as (
    select * from {{ ref('stg_population__person') }}
),

replaced as (
    select
        old_value as personal_number,
        max(new_value) as current_number
    from {{ ref('stg_population__identity_change') }}
    where identifier_type = 'personal_number' and old_value <> new_value
    group by old_value
    having min(new_value) = max(new_value)
),

known as (
    select
        person.personal_number,
        coalesce(replaced.current_number, person.personal_number) as current_number
    from person
    left join replaced on person.personal_number = replaced.personal_number
    union
    select personal_number, current_number from replaced
)

select
    known.personal_number,
    known.current_number,
    person.name_key,
    person.born_on,
    person.birth_precision,
    person.old_id_number
from known
inner join person on known.current_number = person.personal_number
