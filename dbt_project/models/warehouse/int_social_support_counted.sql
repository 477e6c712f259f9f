-- Persons with monthly social support at the end of the month, as the social assistance register counts them.
with supported as (
    select
        support.month,
        coalesce({{ area_34('support.area_list', 'support.province_code') }}, '_U') as area_34,
        support.sex,
        support.age_group as age,
        upper(support.support_group) as support_group,
        support.persons
    from {{ ref('stg_reference__social_support') }} as support
    {{ join_crosswalk('support.area_list', 'support.province_code') }}
)

{{ count_events('supported', ['support_group'], {'persons': 'sum(persons)'}, time='month') }}
