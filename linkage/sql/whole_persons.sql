-- Look-alikes join the neighbourhood, and those whose candidates changed are judged anew.
insert into near_node
select node_id from look_alike;

insert into fresh_node
select distinct member.node_id
from look_alike
inner join identity.node_person as node on look_alike.node_id = node.node_id
inner join identity.node_person as member on node.person_key = member.person_key
where
    look_alike.is_judged_anew
    and member.node_id not in (select lost_node.node_id from lost_node)
    and member.node_id not in (select fresh_node.node_id from fresh_node);

-- Persons come whole: whoever has a node nearby is looked at with all nodes.
create temp table near_person as
select person_key from holder
where person_key is not null
union
select node.person_key
from near_node
inner join identity.node_person as node on near_node.node_id = node.node_id;
analyze near_person;

create temp table looked_at as
select
    node_id,
    node_id in (select fresh_node.node_id from fresh_node) as is_fresh
from (
    select node_id from near_node
    union
    select node_id from holder
    union
    select node_id from identity.node_person
    where person_key in (select near_person.person_key from near_person)
) as near
where node_id not in (select lost_node.node_id from lost_node);
create unique index on looked_at (node_id);
analyze looked_at;

create temp view taken_record as
select record.*, looked_at.is_fresh
from identity.record as record
inner join looked_at on record.node_id = looked_at.node_id;

create temp view taken_node as
select node.node_id, node.person_key
from identity.node_person as node
inner join looked_at on node.node_id = looked_at.node_id;

create temp view taken_number as
select old_number, new_number
from replaced
where
    old_number in (select wanted.value from wanted)
    or new_number in (select wanted.value from wanted);

-- Evidence of earlier runs stays where no end of it is fresh.
create temp view taken_edge as
select edge.*
from identity.edge as edge
inner join looked_at as l on edge.left_node = l.node_id and not l.is_fresh
inner join looked_at as r on edge.right_node = r.node_id and not r.is_fresh;
