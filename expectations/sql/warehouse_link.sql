-- One row per data set with persons: how many of its records lead to a person, and whether one person gathers too many.
with record as (
    select registry, dataset, person_key from identity.link where rule <> 'newborn'
    union all
    select 'vss', 'contribution', identifier.person_key
    from staging.stg_vss__contribution as contribution
    left join identity.identifier as identifier
        on
            contribution.si_number = identifier.identifier
            and identifier.identifier_type
            = case when length(contribution.si_number) = 12 then 'personal_number' else 'si_number' end
),

person as (
    select registry, dataset, person_key, count(*) as records from record group by registry, dataset, person_key
),

summed as (
    select
        registry, dataset,
        sum(records) as records,
        coalesce(sum(records) filter (where person_key is not null), 0) as linked,
        coalesce(max(records) filter (where person_key is not null), 0) as most
    from person
    group by registry, dataset
)

select
    concat(registry, '.', dataset) as dataset,
    records::bigint as records,
    (linked / records)::double precision as linked_share,
    case when registry = 'vss' then (linked / records)::double precision end as vss_linked_share,
    case when records >= 10000 then (most / records)::double precision end as crowded_person_share
from summed
