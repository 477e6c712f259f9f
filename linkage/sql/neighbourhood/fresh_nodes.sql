-- Nodes with a number that was replaced, or is not any more.
create temp table affected as
select node.node_id
from standing.node as node
where
    node.personal_number in (select old_number from changed_number)
    or node.personal_number in (select new_number from changed_number)
    or node.old_id_number in (select old_number from changed_number)
    or node.tax_code in (select old_number from changed_number);

-- Fresh: new descriptions, and persons that lost a record, an identifier or stand under a new decision, as a whole.
create temp table fresh_node as
select node_id from new_node
union
select member.node_id
from standing.member as member
where
    member.person_key in (
        select lost.person_key from lost_node as lost
        union all
        select decided.person_key
        from standing.member as decided
        where decided.node_id in (select newly.node_id from newly_decided as newly)
        union all
        select numbered.person_key
        from affected
        inner join standing.member as numbered on affected.node_id = numbered.node_id
    )
    and member.node_id not in (select lost.node_id from lost_node as lost);

create temp table fresh_description as
select node.*
from standing.node as node
inner join fresh_node on node.node_id = fresh_node.node_id;

create temp table fresh_identifier as
select node_id, dataset, name_key, 'personal_number' as kind, personal_number as value
from fresh_description where personal_number is not null
union all
select node_id, dataset, name_key, 'old_id_number' as kind, old_id_number as value
from fresh_description where old_id_number is not null
union all
select node_id, dataset, name_key, 'si_number' as kind, si_number as value
from fresh_description where si_number is not null
union all
select node_id, dataset, name_key, 'tax_code' as kind, tax_code as value
from fresh_description where tax_code is not null;
