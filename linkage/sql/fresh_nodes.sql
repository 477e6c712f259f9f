-- The nodes of an increment: fresh ones, whose pairs are judged anew, and what they may connect to.

-- Fresh: new descriptions, and persons that lost a record, an identifier or stand under a new decision, as a whole.
create temp table fresh_node as
select node_id from new_node
union
select node.node_id
from identity.node_person as node
where
    node.person_key in (
        select person_key from lost_node
        union all
        select decided.person_key
        from identity.node_person as decided
        where decided.node_id in (select node_id from newly_decided)
        union all
        select numbered.person_key
        from identity.record as record
        inner join identity.node_person as numbered on record.node_id = numbered.node_id
        where
            record.personal_number in (
                select old_number from changed_number
                union all
                select new_number from changed_number
            )
            or record.old_id_number in (select old_number from changed_number)
            or record.tax_code in (select old_number from changed_number)
    )
    and node.node_id not in (select lost.node_id from lost_node as lost);
create index on fresh_node (node_id);
analyze fresh_node;

create temp table fresh_record as
select distinct on (record.node_id)
    record.node_id,
    record.dataset,
    record.personal_number,
    record.old_id_number,
    record.si_number,
    record.tax_code,
    record.name_key
from identity.record as record
inner join fresh_node on record.node_id = fresh_node.node_id
order by record.node_id;
analyze fresh_record;

create temp table fresh_identifier as
select fresh_record.node_id, fresh_record.dataset, fresh_record.name_key, carried.kind, carried.value
from fresh_record
cross join lateral (
    values
        ('personal_number', fresh_record.personal_number),
        ('old_id_number', fresh_record.old_id_number),
        ('si_number', fresh_record.si_number),
        ('tax_code', fresh_record.tax_code)
) as carried (kind, value)
where carried.value is not null;
analyze fresh_identifier;
