-- The numbers that were noted since the last run; in a temporary table of the session. Later notes are the next run's.
create temp table seen_number (old_number text);

with noted as (
    delete from identity.changed_number
    returning old_number
)

insert into seen_number (old_number)
select old_number from noted;
analyze seen_number;
