-- Replaced identifiers, as they are now.
delete from standing.replaced_number as known
using changed_replacement as changed
where not changed.is_new and known.old_number = changed.old_number and known.new_number = changed.new_number;

insert into standing.replaced_number
select old_number, new_number from changed_replacement
where is_new;
