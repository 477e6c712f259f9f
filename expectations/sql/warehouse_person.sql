-- One row: the persons as a whole, and whether their history holds together.
with ordered as (
    select
        person_key, known_from, valid_from, valid_to,
        lag(valid_to) over spells as earlier_to,
        lead(valid_from) over spells as later_from
    from warehouse.dim_person
    window spells as (partition by person_key, known_from order by valid_from)
),

knowledge as (
    select
        person_key, known_from, min(known_to) as known_to, max(known_to) as latest_known_to,
        lead(known_from) over (partition by person_key order by known_from) as later_from
    from warehouse.dim_person
    group by person_key, known_from
),

history as (
    select
        (select count(*) from ordered where valid_from <= earlier_to) as valid_overlaps,
        (
            select count(*) from ordered
            where valid_from > earlier_to + 1 or (later_from is null and valid_to <> '9999-12-01')
        ) as valid_gaps,
        (
            select count(*) from knowledge
            where known_to <> latest_known_to or known_to <> coalesce(later_from, '9999-12-01')
        ) as knowledge_breaks
)

select
    'dim_person' as dataset,
    count(*) as persons,
    count(*) - count(distinct person.person_key) as duplicates,
    history.valid_overlaps,
    history.valid_gaps,
    history.knowledge_breaks,
    avg((person.spine = 'none')::integer)::double precision as without_records_share,
    (count(person.sex)::numeric / count(*))::double precision as known_sex_share,
    (count(person.birth_date)::numeric / count(*))::double precision as known_birth_share,
    coalesce(avg((person.sex = 'F')::integer), 0)::double precision as women_share,
    count(*) filter (where person.death_date < person.birth_date and person.birth_precision = 'day')
        as died_before_birth,
    coalesce(
        avg((residence.person_key is not null)::integer)
            filter (where person.spine = 'population' and person.life_status = 'alive'),
        0
    )::double precision as placed_share
from warehouse.dim_person as person
cross join history
left join (select distinct person_key from warehouse.int_residence_spells) as residence using (person_key)
where person.is_current and person.merged_into is null
group by history.valid_overlaps, history.valid_gaps, history.knowledge_breaks
