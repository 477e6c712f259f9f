-- Women who gave birth in a year, once a year in the month of the first birth, and those of them with a maternity
-- benefit.
with mother as (
    select
        birth.person_key,
        dim_month.year,
        min(birth.born_on) as born_on
    from {{ ref('int_births') }} as birth
    inner join {{ ref('dim_month') }} as dim_month
        on birth.born_on between dim_month.month and dim_month.month_end and dim_month.is_observed
    group by birth.person_key, dim_month.year
),

-- The leave starts at most two months before the birth; the benefit may be granted for the time after it.
candidate as (
    select
        {{ month_start('mother.born_on') }} as month,
        mother.person_key,
        count(benefit.decision_id) > 0 as receives
    from mother
    left join {{ ref('fct_benefit') }} as benefit
        on
            mother.person_key = benefit.person_key
            and benefit.benefit_type = 'maternity'
            and benefit.status in ('granted', 'terminated')
            and benefit.benefit_from >= {{ add_months('mother.born_on', -3) }}
            and benefit.benefit_from <= {{ add_months('mother.born_on', 6) }}
    group by mother.born_on, mother.person_key
),

counted as (
    {{ count_at_month_end('candidate', {'mothers': 'true', 'receiving_mothers': 'p.receives'}) }}
)

{{ count_by_age_group('counted', 'population', ['mothers', 'receiving_mothers']) }}
