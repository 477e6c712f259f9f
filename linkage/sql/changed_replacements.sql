-- Replaced identifiers that are new, or not reported any more, since the last run, of the numbers in `seen_number`; in
-- a temporary table of the session.
create temp table changed_replacement as
with replacement as (
    -- A number that leads to two persons leads nowhere.
    select
        old_value as old_number,
        max(new_value) as new_number
    from staging.stg_population__identity_change
    where
        old_value in (select seen_number.old_number from seen_number)
        and identifier_type in ('personal_number', 'tax_code', 'old_id_number')
        and old_value <> new_value
        and length(new_value) = 12
    group by old_value
    having min(new_value) = max(new_value)
),

known as (
    select
        old_number,
        new_number
    from identity.replaced_number
    where old_number in (select seen_number.old_number from seen_number)
)

select
    coalesce(replacement.old_number, known.old_number) as old_number,
    coalesce(replacement.new_number, known.new_number) as new_number,
    known.old_number is null as is_new
from replacement
full join known on replacement.old_number = known.old_number and replacement.new_number = known.new_number
where replacement.old_number is null or known.old_number is null;
