-- The decision in force on two records.
select decision_id, verdict
from identity.decision
where
    (left_dataset, left_record, right_dataset, right_record) = (%s, %s, %s, %s)
    and withdrawn_at is null;
