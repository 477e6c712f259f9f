-- What was noted since the last run; in temporary tables of the session, so that later notes are left to the next run.
create temp table seen_change as
select
    change_id,
    node_id,
    records,
    lost_record
from identity.changed_node;

create temp table seen_number as
select
    change_id,
    old_number
from identity.changed_number;
analyze seen_change;
analyze seen_number;
