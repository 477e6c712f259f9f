{{ config(indexes=[{'columns': ['identifier_type', 'identifier'], 'unique': true}]) }}

-- Where each identifier leads. An identifier that would lead to two persons leads nowhere.
with person as (
    select * from {{ ref('int_persons_described') }}
),

participant as (
    select
        participant.si_number,
        participant.tax_code,
        person.person_key
    from {{ ref('stg_vss__participant') }} as participant
    inner join {{ ref('int_participants_matched') }} as matched on participant.si_number = matched.si_number
    inner join person
        on
            person.spine = case when matched.personal_number is null then 'participant' else 'population' end
            and person.spine_id = coalesce(matched.personal_number, participant.si_number)
),

changed as (
    select
        person.person_key,
        change.identifier_type,
        change.old_value,
        change.new_value
    from {{ ref('stg_population__identity_change') }} as change
    inner join {{ ref('int_population_numbers') }} as number on change.personal_number = number.personal_number
    inner join person on person.spine = 'population' and number.current_number = person.spine_id
    where change.identifier_type in ('tax_code', 'old_id_number')
),

claimed as (
    select 'personal_number' as identifier_type, number.personal_number as identifier, person.person_key
    from {{ ref('int_population_numbers') }} as number
    inner join person on person.spine = 'population' and number.current_number = person.spine_id
    union all
    select spine as identifier_type, spine_id as identifier, person_key
    from person
    where spine in ('personal_number', 'si_number')
    union all
    select 'si_number' as identifier_type, si_number as identifier, person_key from participant
    union all
    select 'tax_code' as identifier_type, tax_code as identifier, person_key
    from participant
    where length(tax_code) = 10
    union all
    select identifier_type, old_value as identifier, person_key from changed where old_value is not null
    union all
    select identifier_type, new_value as identifier, person_key
    from changed
    where new_value is not null and length(new_value) < 12
    union all
    select 'old_id_number' as identifier_type, number.old_id_number as identifier, person.person_key
    from {{ ref('int_population_numbers') }} as number
    inner join person on person.spine = 'population' and number.current_number = person.spine_id
    where number.old_id_number is not null
),

single as (
    select
        identifier_type,
        identifier,
        max(person_key) as person_key
    from claimed
    group by identifier_type, identifier
    having min(person_key) = max(person_key)
)

select
    cast(single.identifier_type as {{ dbt.type_string() }}) as identifier_type,
    single.identifier,
    single.person_key,
    person.name_key,
    person.born_on,
    person.birth_precision
from single
inner join person on single.person_key = person.person_key
