-- What is new since the last run.
create temp table new_node as
select seen.node_id
from seen
anti join standing.member as member on seen.node_id = member.node_id
where seen.is_described;

create temp table lost_node as
select member.node_id, member.person_key, member.dataset, member.record_id
from standing.member as member
inner join seen on member.node_id = seen.node_id
where not seen.is_described;

-- Replaced identifiers, as they are now.
delete from standing.replaced_number as known
using changed_number as changed
where not changed.is_new and known.old_number = changed.old_number and known.new_number = changed.new_number;

insert into standing.replaced_number
select old_number, new_number from changed_number
where is_new;
