-- What stewards decided about the records of a person.
select
    decision.decision_id,
    decision.verdict,
    concat(decision.left_dataset, ':', decision.left_record) as left_record,
    concat(decision.right_dataset, ':', decision.right_record) as right_record,
    decision.reason,
    decision.decided_by,
    decision.decided_at,
    decision.withdrawn_at,
    decision.withdrawn_by,
    decision.withdrawn_reason
from identity.decision as decision
where
    decision.decision_id in (
        select about.decision_id
        from identity.node_person as node
        inner join identity.record as record on node.node_id = record.node_id
        inner join identity.decision as about
            on
                (record.dataset = about.left_dataset and record.record_id = about.left_record)
                or (record.dataset = about.right_dataset and record.record_id = about.right_record)
        where node.person_key = %(person_key)s
    )
order by decision.decision_id;
