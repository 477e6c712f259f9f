-- From now on what is written to or taken from the tables that persons are made of is noted: how many records each
-- description gained, or lost, below 0, and one that it lost; and which numbers were reported as replaced. Who builds a
-- table anew takes the triggers away with it, which is told by another file of the table.
create or replace function identity.note_changed_nodes() returns trigger language plpgsql as $$
begin
    insert into identity.changed_node (node_id, records, lost_record)
    select
        changed.node_id,
        tg_argv[0]::bigint * count(*),
        case when tg_argv[0]::bigint < 0 then min(changed.record_id) end
    from changed
    group by changed.node_id;
    return null;
end $$;

create or replace trigger note_inserted after insert on identity.record
referencing new table as changed for each statement execute function identity.note_changed_nodes('1');

create or replace trigger note_deleted after delete on identity.record
referencing old table as changed for each statement execute function identity.note_changed_nodes('-1');

create or replace trigger note_update_from after update on identity.record
referencing old table as changed for each statement execute function identity.note_changed_nodes('-1');

create or replace trigger note_update_to after update on identity.record
referencing new table as changed for each statement execute function identity.note_changed_nodes('1');

create or replace function identity.note_changed_numbers() returns trigger language plpgsql as $$
begin
    insert into identity.changed_number (old_number) select distinct changed.old_value from changed;
    return null;
end $$;

create or replace trigger note_inserted after insert on staging.stg_population__identity_change
referencing new table as changed for each statement execute function identity.note_changed_numbers();

create or replace trigger note_deleted after delete on staging.stg_population__identity_change
referencing old table as changed for each statement execute function identity.note_changed_numbers();

create or replace trigger note_update_from after update on staging.stg_population__identity_change
referencing old table as changed for each statement execute function identity.note_changed_numbers();

create or replace trigger note_update_to after update on staging.stg_population__identity_change
referencing new table as changed for each statement execute function identity.note_changed_numbers();
