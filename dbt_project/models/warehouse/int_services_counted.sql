-- Services that can be offered online, and those offered end to end on the web and on mobile devices, on the last day
-- of each month; they belong to no province.
with offered as (
    select
        observed.month,
        '_U' as area_34,
        '_T' as sex,
        '_T' as age,
        upper(service.level) as service_level,
        case when service.level = 'full' and service.on_web and service.on_mobile then 1 else 0 end as is_online
    from {{ ref('stg_vss__service_catalogue') }} as service
    inner join {{ ref('dim_month') }} as observed
        on
            observed.is_observed
            and service.valid_from <= observed.month_end
            and coalesce(service.valid_to, {{ forever() }}) >= observed.month_end
    where service.eligible
)

{{ count_events('offered', ['service_level'], {'eligible': 'count(*)', 'online': 'sum(is_online)'}, time='month') }}
