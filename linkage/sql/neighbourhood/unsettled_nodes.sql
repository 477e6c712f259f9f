-- A fresh node with an identifier and the name of a person in the population register needs no look-alikes.
create temp table unsettled_node as
with registered as (
    select distinct holder.place, holder.name_key
    from holder
    inner join holding_person on holder.person_key = holding_person.person_key
    where holding_person.is_registered
),

settled as (
    select wanting.node_id, registered.name_key
    from wanting
    inner join registered on wanting.place = registered.place
    where wanting.is_own
)

select node_id
from fresh_description
anti join settled on fresh_description.node_id = settled.node_id and fresh_description.name_key = settled.name_key
where name_key is not null and dataset <> 'person';

-- Who may look for look-alikes: unsettled and newly registered descriptions, and nodes of persons that are not in the
-- population register: someone who arrives there may be one of them.
create temp table seeker as
with seeking as (
    select
        node_id, person_key, dataset, name_key, sorted_name, born_on, birth_precision, personal_number, number_given,
        old_id_number, is_newborn, true as is_fresh
    from fresh_description
    where dataset = 'person' or node_id in (select unsettled_node.node_id from unsettled_node)
    union all
    select *, false as is_fresh from unregistered
    where node_id not in (select unsettled_node.node_id from unsettled_node)
)

select * exclude (dataset, is_newborn), dataset = 'person' as is_person
from seeking
where name_key is not null and not is_newborn;

-- Whom those that are not registered may resemble in the population register. Every key of the model's blocks holds a
-- known day of birth, all words of the name, or an old card.
create temp table sought_day as
select born_on as day from seeker
where not is_person and birth_precision = 'day'
union
select make_date(year(born_on), day(born_on), month(born_on)) from seeker
where not is_person and birth_precision = 'day' and day(born_on) <= 12;

create temp table searched as
select * from seeker
union all by name
select
    node_id, person_key, name_key, sorted_name, born_on, birth_precision, personal_number, number_given,
    old_id_number,
    true as is_person,
    false as is_fresh
from standing.node
where
    dataset = 'person'
    and node_id not in (select seeker.node_id from seeker)
    and (
        (birth_precision = 'day' and born_on in (select sought_day.day from sought_day))
        or sorted_name in (select seeker.sorted_name from seeker where not seeker.is_person)
        or old_id_number in (
            select seeker.old_id_number from seeker
            where not seeker.is_person and seeker.old_id_number is not null
        )
    );
