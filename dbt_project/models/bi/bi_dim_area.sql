{{ config(alias='dim_area') }}

-- One row per list and code: names and unit type as they were last.
select
    area_key,
    area_list,
    area,
    concat('34-', area_34) as area_34_key,
    unit_type,
    name_en,
    name_vi,
    valid_from,
    valid_to
from (
    select
        *,
        row_number() over (
            partition by area_list, area
            order by case when valid_from <= {{ today() }} then 0 else 1 end, valid_from desc
        ) as newest
    from {{ ref('dim_area') }}
) as dated
where newest = 1
