-- Makes room for what a run found.
delete from identity.node_person as node
using (
    select node_id from gone_node
    union all
    select node_id from lost_node
) as gone
where node.node_id = gone.node_id;

-- A known pair that a cluster still refuses is told again.
delete from identity.doubtful as known
using found_doubt
where (known.left_node, known.right_node) = (found_doubt.left_node, found_doubt.right_node);

insert into identity.doubtful
select * from found_doubt;

update identity.person
set merged_into = merged_key.merged_into
from merged_key
where merged_key.person_key in (person.person_key, person.merged_into);

delete from identity.replaced_number as known
where
    not exists (
        select 1 from replaced
        where (replaced.old_number, replaced.new_number) = (known.old_number, known.new_number)
    );

insert into identity.replaced_number
select old_number, new_number from replaced
on conflict do nothing;
