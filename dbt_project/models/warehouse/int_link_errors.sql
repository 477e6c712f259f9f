-- Expected errors of links, in the full cube of registry, area, sex and age: records that lead to nobody in the
-- population register, and links that are probably wrong.
select
    registry,
    coalesce(area_34, 'VN') as area,
    coalesce(sex, '_T') as sex,
    coalesce(age, '_T') as age,
    cast(1 - sum(linked_records) / sum(records) as {{ dbt.type_float() }}) as unlinked_share,
    cast(sum(false_links) / sum(records) as {{ dbt.type_float() }}) as false_share
from {{ ref('int_records_linked') }}
group by registry, cube (area_34, sex, age)
