-- One row per table of records about persons: how many of them can be told apart and dated.
-- A measure that a table has no column for is null, and null is not judged.
with record as (
    select
        'population.person' as dataset, personal_number as personal_number_key, personal_number as identifier,
        name_key, born_on, sex_code, false as restored
    from staging.stg_population__person
    union all
    select
        'vss.participant', personal_number_key, coalesce(personal_number_key, old_id_key), name_key, born_on,
        sex_code, personal_number_restored
    from staging.stg_vss__participant
    union all
    select
        'vss.benefit_decision', personal_number_key, coalesce(si_number_key, personal_number_key, old_id_key),
        name_key, born_on, sex_code, personal_number_restored
    from staging.stg_vss__benefit_decision
    union all
    select
        'labour.contract', personal_number_key, coalesce(personal_number_key, old_id_key), name_key, born_on,
        sex_code, personal_number_restored
    from staging.stg_labour__contract
    union all
    select
        'health.claim', personal_number_key, coalesce(personal_number_key, si_number_key, old_id_key), name_key,
        born_on, sex_code, personal_number_restored
    from staging.stg_health__claim
),

read as (
    select
        *,
        -- The fourth digit tells century and sex: even male, odd female, 0 and 1 for the 1900s, 2 and 3 for the 2000s.
        cast(substring(personal_number_key, 4, 1) as integer) as digit,
        cast(substring(personal_number_key, 5, 2) as integer) as year_digits
    from record
)

select
    dataset,
    count(*) as records,
    (count(identifier)::numeric / count(*))::double precision as identified_share,
    (count(name_key)::numeric / count(*))::double precision as named_share,
    (count(born_on)::numeric / count(*))::double precision as dated_share,
    (count(*) filter (where sex_code in ('M', 'F'))::numeric / count(*))::double precision as sexed_share,
    count(*) filter (where sex_code not in ('M', 'F')) as foreign_sex_codes,
    (
        count(*) filter (where born_on < date '1900-01-01' or born_on > current_date)::numeric / count(*)
    )::double precision as implausible_birth_share,
    (
        coalesce(avg((sex_code = case when mod(digit, 2) = 0 then 'M' else 'F' end)::integer), 1)
    )::double precision as sex_agrees_share,
    (
        coalesce(avg((extract(year from born_on) = 1900 + 100 * (digit / 2) + year_digits)::integer), 1)
    )::double precision as birth_year_agrees_share,
    (count(*) filter (where restored)::numeric / count(*))::double precision as restored_share
from read
group by dataset
