-- Look-alikes whose candidates changed are judged anew, as whole persons.
insert into fresh_node
select distinct member.node_id
from rejudged
inner join standing.member as node on rejudged.node_id = node.node_id
inner join standing.member as member on node.person_key = member.person_key
where
    member.node_id not in (select lost_node.node_id from lost_node)
    and member.node_id not in (select fresh_node.node_id from fresh_node);

create temp table near_node as
select node_id from fresh_node
union
select node_id from holder
union
select node_id from look_alike
union
select decided.right_node from standing_decision as decided
inner join fresh_node on decided.left_node = fresh_node.node_id
union
select decided.left_node from standing_decision as decided
inner join fresh_node on decided.right_node = fresh_node.node_id;

-- Persons come whole: whoever has a node nearby is looked at with all nodes.
create temp table looked_at as
select near.node_id, fresh_node.node_id is not null as is_fresh
from (
    select near_node.node_id from near_node
    union
    select member.node_id from standing.member as member
    where
        member.person_key in (
            select known.person_key from standing.member as known
            inner join near_node on known.node_id = near_node.node_id
        )
) as near
left join fresh_node on near.node_id = fresh_node.node_id
where near.node_id not in (select lost_node.node_id from lost_node);
