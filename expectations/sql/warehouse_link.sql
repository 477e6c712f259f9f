-- One row per data set with persons: how many of its records lead to a person of the population register, and whether
-- one person gathers too many. Claims of newborns are kept apart on purpose.
with counted as (
    select registry, dataset, person_key, count(*) as records
    from identity.link
    where rule <> 'newborn' and dataset <> 'person'
    group by registry, dataset, person_key
),

summed as (
    select
        counted.registry, counted.dataset,
        sum(counted.records) as records,
        coalesce(sum(counted.records) filter (where person.spine = 'population'), 0) as linked,
        coalesce(sum(counted.records) filter (where person.person_key is null), 0) as orphans,
        max(counted.records) as most
    from counted
    left join warehouse.dim_person as person
        on counted.person_key = person.person_key and person.is_current and person.merged_into is null
    group by counted.registry, counted.dataset
)

select
    concat(registry, '.', dataset) as dataset,
    records::bigint as records,
    orphans::bigint as orphans,
    (linked / records)::double precision as linked_share,
    case when registry = 'vss' then (linked / records)::double precision end as vss_linked_share,
    case when records >= 10000 then (most / records)::double precision end as crowded_person_share
from summed
