-- From now on every description that is written to or taken from identity.record is noted. Who builds the table anew
-- takes the triggers away with it, which is told by another file of the table.
create or replace function identity.note_changed_nodes() returns trigger language plpgsql as $$
begin
    insert into identity.changed_node (node_id) select distinct changed.node_id from changed;
    return null;
end $$;

create or replace trigger note_inserted after insert on identity.record
referencing new table as changed for each statement execute function identity.note_changed_nodes();

create or replace trigger note_deleted after delete on identity.record
referencing old table as changed for each statement execute function identity.note_changed_nodes();

create or replace trigger note_update_from after update on identity.record
referencing old table as changed for each statement execute function identity.note_changed_nodes();

create or replace trigger note_update_to after update on identity.record
referencing new table as changed for each statement execute function identity.note_changed_nodes();
