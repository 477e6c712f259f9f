-- One row: the persons as a whole.
select
    'dim_person' as dataset,
    count(*) as persons,
    count(*) - count(distinct person.person_key) as duplicates,
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
left join (select distinct person_key from warehouse.int_residence_spells) as residence using (person_key)
