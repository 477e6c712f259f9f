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

-- Whoever went into a person that is now merged goes on with it.
update identity.person
set merged_into = merged_key.merged_into
from merged_key
where person.merged_into = merged_key.person_key;

update identity.person
set merged_into = merged_key.merged_into
from merged_key
where person.person_key = merged_key.person_key;

delete from identity.replaced_number as known
using changed_replacement as changed
where not changed.is_new and known.old_number = changed.old_number and known.new_number = changed.new_number;

insert into identity.replaced_number (old_number, new_number)
select
    old_number,
    new_number
from changed_replacement
where is_new;
