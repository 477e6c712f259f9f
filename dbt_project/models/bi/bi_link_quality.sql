{{ config(alias='link_quality') }}

select
    period,
    registry,
    concat('34-', area) as area_key,
    sex,
    age,
    records,
    linked_records,
    rate
from {{ ref('link_quality') }}
