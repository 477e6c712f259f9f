-- How many records of each registry lead into the population register, in the full cube of registry, area, sex and age.
select
    {{ month_text('month') }} as period,
    coalesce(registry, '_T') as registry,
    coalesce(area_34, 'VN') as area,
    coalesce(sex, '_T') as sex,
    coalesce(age, '_T') as age,
    cast(sum(records) as {{ dbt.type_bigint() }}) as records,
    cast(sum(linked_records) as {{ dbt.type_bigint() }}) as linked_records,
    cast(round(100.0 * sum(linked_records) / sum(records), 4) as numeric(12, 4)) as rate
from {{ ref('int_records_linked') }}
group by month, cube (registry, area_34, sex, age)
having
    coalesce(area_34, 'VN') <> '_U' and coalesce(sex, '_T') <> '_U' and coalesce(age, '_T') <> '_U'
