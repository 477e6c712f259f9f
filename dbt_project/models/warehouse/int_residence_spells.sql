{{ config(indexes=[{'columns': ['person_key']}]) }}

-- Where each person lives at month ends: spells of months that do not overlap. Permanent residence goes before
-- temporary, a later spell before an earlier one.
with spell as (
    select
        person_key,
        residence_id,
        case residence_type when 'permanent' then 0 else 1 end as preference,
        valid_from,
        {{ month_start('valid_from') }} as month_from,
        case
            when valid_to is null then {{ forever() }}
            else {{ add_months(month_start(dbt.dateadd('day', 1, 'valid_to')), -1) }}
        end as month_to,
        area_34,
        area_63,
        is_urban
    from {{ ref('fct_residence_spell') }}
),

ordered as (
    select
        *,
        max(month_to) over (
            partition by person_key order by month_from, month_to, residence_id
            rows between unbounded preceding and 1 preceding
        ) as earlier_to
    from spell
    where month_from <= month_to
),

overlapping as (
    select distinct person_key from ordered where earlier_to >= month_from
),

by_month as (
    select
        spell.person_key,
        dim_month.month as month_from,
        dim_month.month as month_to,
        spell.area_34,
        spell.area_63,
        spell.is_urban,
        row_number() over (
            partition by spell.person_key, dim_month.month
            order by spell.preference, spell.valid_from desc, spell.residence_id desc
        ) as place
    from spell
    inner join overlapping on spell.person_key = overlapping.person_key
    inner join {{ ref('dim_month') }} as dim_month
        on dim_month.is_observed and dim_month.month between spell.month_from and spell.month_to
)

select ordered.person_key, ordered.month_from, ordered.month_to, ordered.area_34, ordered.area_63, ordered.is_urban
from ordered
left join overlapping on ordered.person_key = overlapping.person_key
where overlapping.person_key is null

union all

select person_key, month_from, month_to, area_34, area_63, is_urban
from by_month
where place = 1
