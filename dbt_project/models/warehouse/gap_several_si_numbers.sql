-- Persons with more than one social insurance number: their insured time is split.
with numbered as (
    select
        participant.person_key,
        participant.record_id,
        participant.probability,
        case when contributor.record_id is null then 0 else 1 end as has_contributions
    from {{ ref('link') }} as participant
    left join {{ ref('link') }} as contributor
        on contributor.dataset = 'contribution' and participant.record_id = contributor.record_id
    where participant.dataset = 'participant'
)

select
    person_key,
    cast(count(*) as integer) as si_numbers,
    cast(sum(has_contributions) as integer) as contributing_numbers,
    min(coalesce(probability, 1)) as link_probability
from numbered
group by person_key
having count(*) > 1
