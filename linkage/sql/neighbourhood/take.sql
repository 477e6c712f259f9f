-- The tables of the engine and of the keys, of what is looked at.
insert into node
select node.* exclude (records, record_id, sorted_name), looked_at.is_fresh, node.records
from standing.node as node
inner join looked_at on node.node_id = looked_at.node_id;

create table node_record as
select node.node_id, node.dataset, node.record_id
from standing.node as node
inner join looked_at on node.node_id = looked_at.node_id;

create table before as
select member.node_id, member.person_key
from standing.member as member
inner join looked_at on member.node_id = looked_at.node_id;

-- Evidence of earlier runs stays where no end of it is fresh.
insert into known_edge
select edge.*
from standing.edge as edge
inner join looked_at as l on edge.left_node = l.node_id and not l.is_fresh
inner join looked_at as r on edge.right_node = r.node_id and not r.is_fresh;

insert into replaced_number
select old_number, new_number from replacement;

insert into decision
select left_node, right_node, verdict from standing_decision;
