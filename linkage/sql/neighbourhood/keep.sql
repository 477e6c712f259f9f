-- The persons and the evidence that a run wrote, into the copy.
delete from standing.member
where
    node_id in (
        select moved_node.node_id from moved_node
        union all
        select lost_node.node_id from lost_node
    );

insert into standing.member
select node_id, person_key, dataset, record_id from moved_node;

delete from standing.edge as known
using gone_edge
where known.left_node = gone_edge.left_node and known.right_node = gone_edge.right_node;

insert into standing.edge
select * from new_edge;
