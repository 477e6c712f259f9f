-- One row per table that carries no personal data: columns that look as if they did.
select
    concat(table_schema, '.', table_name) as dataset,
    count(*) filter (
        where
            data_type in ('text', 'character varying')
            and column_name ~ '(^|_)(full_name|name_key|personal_number|si_number|card_number|card_numbers|identity_number|old_id_number|mother_number|father_number|household_code|patient_code|birth_time)'
    ) as personal_columns
from information_schema.columns
where table_schema in ('warehouse', 'indicators', 'bi')
group by table_schema, table_name
