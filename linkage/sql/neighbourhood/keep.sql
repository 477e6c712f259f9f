-- The persons and the evidence that a run wrote, into the copy.
update standing.node set person_key = moved_node.person_key
from moved_node
where node.node_id = moved_node.node_id;

delete from standing.edge as known
using gone_edge
where known.left_node = gone_edge.left_node and known.right_node = gone_edge.right_node;

insert into standing.edge
select * from new_edge;
