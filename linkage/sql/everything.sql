-- All nodes are read again: what was noted of them tells nothing more.
delete from identity.changed_node;

-- Every number counts as reported anew; in the temporary table of what was noted.
insert into seen_number (old_number)
select old_value from staging.stg_population__identity_change
union
select old_number from identity.replaced_number;
analyze seen_number;
