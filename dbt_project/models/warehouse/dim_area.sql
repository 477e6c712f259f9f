-- An area is a list and a code: seven codes changed meaning on 2025-07-01.
select
    province.area_list,
    province.area,
    concat(province.area_list, '-', province.area) as area_key,
    coalesce(crosswalk.new_code, province.area) as area_34,
    province.unit_type,
    province.name_en,
    province.name_vi,
    province.valid_from,
    province.valid_to
from {{ ref('province') }} as province
left join {{ ref('province_crosswalk') }} as crosswalk
    on province.area_list = '63' and province.area = crosswalk.old_code

union all

select
    area_list,
    'VN' as area,
    concat(area_list, '-VN') as area_key,
    'VN' as area_34,
    'country' as unit_type,
    'Viet Nam' as name_en,
    'Việt Nam' as name_vi,
    min(valid_from) as valid_from,
    nullif(max(coalesce(valid_to, {{ forever() }})), {{ forever() }}) as valid_to
from {{ ref('province') }}
group by area_list
