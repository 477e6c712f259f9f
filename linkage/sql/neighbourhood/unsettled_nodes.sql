-- Who needs look-alikes, and among whom they are found.
create temp table registered_person as
select person_key from standing.member
where dataset = 'person';

-- A fresh node with an identifier and the name of a person in the population register needs no look-alikes.
create temp table unsettled_node as
with led as (
    select distinct holder.kind, holder.value, holder.name_key
    from holder
    inner join registered_person on holder.person_key = registered_person.person_key
),

settled as (
    select carried.node_id
    from fresh_identifier as carried
    inner join led
        on carried.kind = led.kind and carried.value = led.value and carried.name_key = led.name_key
)

select node_id
from fresh_description
where name_key is not null and dataset <> 'person' and node_id not in (select settled.node_id from settled);

-- Nodes of persons that are not in the population register; someone who arrives there may be one of them.
create temp table unregistered_node as
select member.node_id
from standing.member as member
anti join registered_person on member.person_key = registered_person.person_key;

-- Who may look for look-alikes: unsettled and newly registered descriptions, and whoever is not in the register.
create temp table seeker as
with seeking as (
    select node_id, true as is_fresh from unsettled_node
    union all
    select node_id, true as is_fresh from fresh_description
    where dataset = 'person'
    union all
    select node_id, false as is_fresh from unregistered_node
    where node_id not in (select unsettled_node.node_id from unsettled_node)
)

select
    node.node_id, node.name_key, node.sorted_name, node.born_on, node.birth_precision, node.personal_number,
    node.number_given, node.old_id_number,
    node.dataset = 'person' as is_person,
    seeking.is_fresh
from standing.node as node
inner join seeking on node.node_id = seeking.node_id
where node.name_key is not null and not node.is_newborn;

-- Every key of the model's blocks holds a day of birth, all words of the name, or an old card.
create temp table sought_day as
select born_on as day from seeker
union
select make_date(year(born_on), day(born_on), month(born_on)) from seeker where day(born_on) <= 12;

create temp table searched as
select * from seeker
union all
select
    node_id, name_key, sorted_name, born_on, birth_precision, personal_number, number_given, old_id_number,
    true as is_person,
    false as is_fresh
from standing.node
where
    dataset = 'person'
    and node_id not in (select seeker.node_id from seeker)
    and (
        born_on in (select sought_day.day from sought_day)
        or sorted_name in (select seeker.sorted_name from seeker)
        or old_id_number in (select seeker.old_id_number from seeker where seeker.old_id_number is not null)
    );
