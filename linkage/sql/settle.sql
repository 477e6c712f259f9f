-- Makes room for what a run found.
analyze gone_node;
analyze gone_edge;

delete from identity.node_person as node
using gone_node
where node.node_id = gone_node.node_id;

delete from identity.edge as edge
using gone_edge
where edge.left_node = gone_edge.left_node and edge.right_node = gone_edge.right_node;

delete from identity.doubtful as known
using gone_doubt
where known.left_node = gone_doubt.left_node and known.right_node = gone_doubt.right_node;

delete from identity.replaced_number as known
using gone_number
where known.old_number = gone_number.old_number and known.new_number = gone_number.new_number;

update identity.person
set merged_into = merged_key.merged_into
from merged_key
where merged_key.person_key in (person.person_key, person.merged_into);

-- Noted changes that this run knows.
delete from identity.changed_node as noted
using seen_change
where noted.change_id = seen_change.change_id;
