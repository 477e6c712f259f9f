-- Live births by mother, from the population register and the certificates of hospitals, with the day on which the
-- first of them told of it.
with certificate as (
    select
        link.person_key,
        certificate.submitted_date as heard_on,
        {{ born_iso('certificate.child_birth_time') }} as born_iso
    from {{ ref('stg_health__birth_certificate') }} as certificate
    inner join {{ ref('link') }} as link
        on
            link.dataset = 'birth_certificate'
            and concat(certificate.claim_id, ':', certificate.birth_number) = link.record_id
),

told as (
    select
        link.person_key,
        event.event_date as born_on,
        event.registered_date as heard_on
    from {{ ref('stg_population__vital_event') }} as event
    inner join {{ ref('link') }} as link on link.dataset = 'person' and event.mother_number = link.record_id
    where event.event_type = 'birth'
    union all
    select
        person_key,
        {{ born_on('born_iso') }} as born_on,
        heard_on
    from certificate
)

select
    person_key,
    born_on,
    min(heard_on) as heard_on
from told
where born_on is not null
group by person_key, born_on
