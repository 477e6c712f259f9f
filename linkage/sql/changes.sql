-- What is new since the last run, in temporary tables of the session.

create temp table lost_node as
select node.node_id, node.person_key, node.dataset, node.record_id
from identity.node_person as node
where not exists (select 1 from identity.record as record where record.node_id = node.node_id);

create temp table new_node as
select distinct record.node_id
from identity.record as record
where not exists (select 1 from identity.node_person as node where node.node_id = record.node_id);

-- A record that describes its person in another way takes the key along.
create temp view kept_record as
select record.node_id, lost_node.person_key
from lost_node
left join identity.record as record
    on
        lost_node.dataset = record.dataset
        and lost_node.record_id = record.record_id
        and record.node_id in (select new_node.node_id from new_node);

-- A number that leads to two persons leads nowhere.
create temp table replaced as
select old_value as old_number, max(new_value) as new_number
from staging.stg_population__identity_change
where
    identifier_type in ('personal_number', 'tax_code', 'old_id_number')
    and old_value <> new_value
    and length(new_value) = 12
group by old_value
having min(new_value) = max(new_value);

create temp table changed_number as
select
    coalesce(replaced.old_number, known.old_number) as old_number,
    coalesce(replaced.new_number, known.new_number) as new_number
from replaced
full outer join identity.replaced_number as known
    on replaced.old_number = known.old_number and replaced.new_number = known.new_number
where replaced.old_number is null or known.old_number is null;

-- Decisions in force, between the nodes that their records have today. The newest decides where two meet in one pair.
create temp table decided as
select distinct on (least(l.node_id, r.node_id), greatest(l.node_id, r.node_id))
    decision.decision_id,
    least(l.node_id, r.node_id) as left_node,
    greatest(l.node_id, r.node_id) as right_node,
    decision.verdict
from identity.decision as decision
inner join identity.record as l on decision.left_dataset = l.dataset and decision.left_record = l.record_id
inner join identity.record as r on decision.right_dataset = r.dataset and decision.right_record = r.record_id
where decision.withdrawn_at is null and l.node_id <> r.node_id
order by least(l.node_id, r.node_id), greatest(l.node_id, r.node_id), decision.decision_id desc;

create temp table newly_decided as
select record.node_id
from identity.decision as decision
inner join identity.record as record
    on
        (record.dataset, record.record_id) in (
            (decision.left_dataset, decision.left_record), (decision.right_dataset, decision.right_record)
        )
where greatest(decision.decided_at, decision.withdrawn_at) > %(since)s;

analyze lost_node;
analyze new_node;
analyze replaced;
analyze changed_number;
