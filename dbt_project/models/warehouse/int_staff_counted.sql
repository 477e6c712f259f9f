-- Staff and units at the end of the month.
with staffing as (
    select
        staffing.month,
        coalesce({{ area_34('staffing.area_list', 'staffing.province_code') }}, '_U') as area_34,
        '_T' as sex,
        '_T' as age,
        upper(staffing.level) as unit_level,
        staffing.staff,
        staffing.units
    from {{ ref('stg_vss__staffing') }} as staffing
    {{ join_crosswalk('staffing.area_list', 'staffing.province_code') }}
)

{{ count_events('staffing', ['unit_level'], {'staff': 'sum(staff)', 'units': 'sum(units)'}, time='month') }}
