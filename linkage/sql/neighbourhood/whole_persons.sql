-- Look-alikes whose candidates changed are judged anew, as whole persons.
insert into fresh_node
select node_id
from standing.member
where
    person_key in (
        select known.person_key
        from standing.member as known
        inner join rejudged on known.node_id = rejudged.node_id
    )
    and node_id not in (select lost_node.node_id from lost_node)
    and node_id not in (select fresh_node.node_id from fresh_node);

-- Who is nearby, but for holders, whose persons are known.
create temp table near_node as
select node_id from fresh_node
union
select node_id from look_alike
union
select decided.right_node from standing_decision as decided
inner join fresh_node on decided.left_node = fresh_node.node_id
union
select decided.left_node from standing_decision as decided
inner join fresh_node on decided.right_node = fresh_node.node_id;

-- Persons come whole: whoever has a node nearby is looked at with all nodes.
create table before as
select node_id, person_key
from standing.member
where
    person_key in (
        select holder.person_key from holder
        union
        select known.person_key
        from standing.member as known
        inner join near_node on known.node_id = near_node.node_id
    )
    and node_id not in (select lost_node.node_id from lost_node);

create temp table looked_at as
select node_id, node_id in (select fresh_node.node_id from fresh_node) as is_fresh
from before
union all
select node_id, true as is_fresh from new_node;
