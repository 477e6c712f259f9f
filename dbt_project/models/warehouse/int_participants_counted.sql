{%- set measures = {
    'si_persons': 'count(*)',
    'si_compulsory_persons': 'sum(p.si_compulsory)',
    'si_voluntary_persons': 'sum(p.si_voluntary)',
    'si_voluntary_only_persons': 'sum(p.si_voluntary * (1 - p.si_compulsory))',
    'ui_persons': 'sum(p.ui)',
} -%}
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

counted as (
    {{ count_at_month_end('participant', measures) }}
)

{{ count_by_age_group('counted', 'labour_force', measures) }}
