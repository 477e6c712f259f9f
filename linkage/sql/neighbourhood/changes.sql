-- Replaced identifiers, as they are now.
delete from standing.replaced_number as known
using changed_replacement as changed
where not changed.is_new and known.old_number = changed.old_number and known.new_number = changed.new_number;

insert into standing.replaced_number
select old_number, new_number from changed_replacement
where is_new;

-- New nodes that need no judgement, with their person and evidence; an increment fills them.
create temp table attached (node_id uuid, person_key bigint, dataset varchar, record_id varchar);
create temp table attached_edge (
    left_node uuid, right_node uuid, method varchar, rule varchar, probability double, weight double
);
