-- A full run takes everything; all of it is fresh, and no earlier evidence counts.
create temp view taken_record as
select record.*, true as is_fresh from identity.record as record;

create temp view taken_node as
select node_id, person_key from identity.node_person;

create temp view taken_number as
select old_number, new_number from replaced;

create temp view taken_edge as
select * from identity.edge
where false;
