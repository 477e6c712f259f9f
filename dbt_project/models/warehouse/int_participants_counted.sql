{{ config(
    materialized='incremental',
    incremental_strategy='partition_replace',
    meta={'reopened_by': ['contribution', 'person']}
) }}

-- Persons, not records: each participant counts once a month and scheme, where it lives at the month's end.
with participant as (
    select
        month,
        person_key,
        max(case when kind = 'compulsory' then 1 else 0 end) as si_compulsory,
        max(case when kind = 'voluntary' then 1 else 0 end) as si_voluntary,
        max(case when ui_amount > 0 then 1 else 0 end) as ui
    from {{ ref('fct_contribution_month') }}
    where {{ in_reopened_months('month') }}
    group by month, person_key
),

placed as (
    {{ place_at_month_end('participant', ['si_compulsory', 'si_voluntary', 'ui']) }}
)

select
    placed.month,
    coalesce(placed.area_34, '_U') as area_34,
    coalesce(placed.area_63, '_U') as area_63,
    coalesce(placed.sex, '_U') as sex,
    coalesce(age_group.age_group, '_U') as age,
    count(*) as si_persons,
    sum(placed.si_compulsory) as si_compulsory_persons,
    sum(placed.si_voluntary) as si_voluntary_persons,
    sum(placed.si_voluntary * (1 - placed.si_compulsory)) as si_voluntary_only_persons,
    sum(placed.ui) as ui_persons
from placed
{{ join_age_group('placed.age', 'labour_force') }}
where placed.is_alive and placed.is_resident
group by 1, 2, 3, 4, 5
