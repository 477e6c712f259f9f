-- Who needs look-alikes, and among whom they are found.
create temp table registered_person as
select person_key from identity.node_person
where dataset = 'person';
analyze registered_person;

-- A fresh node with an identifier and the name of a person in the population register needs no look-alikes.
create temp table unsettled_node as
with led as (
    select distinct kind, value, name_key
    from holder
    where person_key in (select registered_person.person_key from registered_person)
),

settled as (
    select carried.node_id
    from fresh_identifier as carried
    inner join led
        on carried.kind = led.kind and carried.value = led.value and carried.name_key = led.name_key
)

select node_id
from fresh_record
where name_key is not null and dataset <> 'person' and node_id not in (select settled.node_id from settled);

-- Nodes of persons that are not in the population register; someone who arrives there may be one of them.
create temp table unregistered_node as
select node_id
from identity.node_person
where
    person_key not in (select registered_person.person_key from registered_person)
    and node_id not in (select lost_node.node_id from lost_node);

-- Among these the look-alikes are found: the population register, whoever is not in it, and whoever is unsettled.
create temp view described_record as
select
    record.*,
    record.dataset = 'person' as is_person,
    record.node_id in (select fresh_node.node_id from fresh_node)
    and (record.dataset = 'person' or record.node_id in (select unsettled_node.node_id from unsettled_node))
        as is_fresh
from identity.record as record
where
    record.name_key is not null
    and not record.is_newborn
    and (
        record.dataset = 'person'
        or record.node_id in (select unsettled_node.node_id from unsettled_node)
        or record.node_id in (select unregistered_node.node_id from unregistered_node)
    );

create temp table near_node as
select node_id from fresh_node
union all
select decided.right_node from decided inner join fresh_node on decided.left_node = fresh_node.node_id
union all
select decided.left_node from decided inner join fresh_node on decided.right_node = fresh_node.node_id;

analyze near_node;

-- Filled from outside: whom unsettled nodes resemble, and who resembles somebody newly registered.
create temp table look_alike (node_id uuid, is_judged_anew boolean);
