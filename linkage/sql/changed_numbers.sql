-- Replaced identifiers that are new, or not reported any more, since the last run; in a temporary table of the session.
create temp table changed_number as
with replacement as (
    -- A number that leads to two persons leads nowhere.
    select
        old_value as old_number,
        max(new_value) as new_number
    from staging.stg_population__identity_change
    where
        identifier_type in ('personal_number', 'tax_code', 'old_id_number')
        and old_value <> new_value
        and length(new_value) = 12
    group by old_value
    having min(new_value) = max(new_value)
)

select
    coalesce(replacement.old_number, known.old_number) as old_number,
    coalesce(replacement.new_number, known.new_number) as new_number,
    known.old_number is null as is_new
from replacement
full join identity.replaced_number as known
    on replacement.old_number = known.old_number and replacement.new_number = known.new_number
where replacement.old_number is null or known.old_number is null;
