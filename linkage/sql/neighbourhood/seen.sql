-- What happened to descriptions since the last run.
create temp table seen_known as
select
    node.node_id, node.person_key, node.dataset, node.residence_province, seen.lost_record,
    cast(node.records + seen.gained as integer) as records,
    seen.gained
from standing.node as node
inner join seen on node.node_id = seen.node_id;

create temp table seen_new as
select seen.node_id, seen.gained as records
from seen
anti join seen_known on seen.node_id = seen_known.node_id
where seen.gained > 0;

create temp table lost_node as
select node_id, person_key, dataset, lost_record as record_id from seen_known
where records = 0;

delete from standing.node
where node_id in (select lost_node.node_id from lost_node);

update standing.node set records = seen_known.records
from seen_known
where node.node_id = seen_known.node_id and seen_known.gained <> 0;

-- Who may live elsewhere now: the first record that knew it may be gone.
create temp table moving as
select node_id from seen_known
where residence_province is not null and lost_record is not null and records > 0;
