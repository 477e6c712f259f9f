-- Nodes with a number that was replaced, or is not any more.
create temp table affected as
select node.node_id
from standing.node as node
where
    node.personal_number in (select old_number from changed_number)
    or node.personal_number in (select new_number from changed_number)
    or node.old_id_number in (select old_number from changed_number)
    or node.tax_code in (select old_number from changed_number);

-- Persons that lost a record, an identifier or stand under a new decision.
create temp table touched_person as
select person_key from lost_node
union
select person_key
from standing.member
where
    node_id in (
        select affected.node_id from affected
        union all
        select newly_decided.node_id from newly_decided
    );

-- Fresh: new descriptions, and touched persons as a whole.
create temp table fresh_node as
select node_id from new_node
union all
select node_id
from standing.member
where
    person_key in (select touched_person.person_key from touched_person)
    and node_id not in (select lost_node.node_id from lost_node);

create temp table fresh_description as
select
    node.node_id, node.dataset, node.name_key, node.personal_number, node.old_id_number, node.si_number, node.tax_code
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
