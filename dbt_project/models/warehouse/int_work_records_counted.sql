-- Work records received in the month, without State secrets, and those processed online; they belong to no province.
with received as (
    select
        {{ month_start('received_date') }} as month,
        '_U' as area_34,
        '_T' as sex,
        '_T' as age,
        upper(level) as unit_level,
        processed_online
    from {{ ref('stg_vss__work_record') }}
    where not state_secret
)

{{ count_events(
    'received',
    ['unit_level'],
    {'records': 'count(*)', 'online': 'sum(case when processed_online then 1 else 0 end)'},
    time='month'
) }}
