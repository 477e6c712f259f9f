-- What stewards decided, between the nodes that their records have today; in temporary tables of the session.

-- Decisions in force. The newest decides where two meet in one pair.
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
