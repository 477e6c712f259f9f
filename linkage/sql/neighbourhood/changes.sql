-- What is new since the last run.
create temp table new_node as
select seen.node_id
from seen
semi join standing.node as node on seen.node_id = node.node_id
anti join standing.member as member on seen.node_id = member.node_id;

create temp table lost_node as
select member.node_id, member.person_key, member.dataset, member.record_id
from standing.member as member
semi join seen on member.node_id = seen.node_id
anti join standing.node as node on member.node_id = node.node_id;

-- A number that leads to two persons leads nowhere.
create temp table replacement as
select old_value as old_number, max(new_value) as new_number
from identity_change
group by old_value
having min(new_value) = max(new_value);

create temp table changed_number as
(
    select old_number, new_number from replacement
    except
    select old_number, new_number from standing.replaced_number
)
union all
(
    select old_number, new_number from standing.replaced_number
    except
    select old_number, new_number from replacement
);
