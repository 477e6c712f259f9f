-- Persons with a decision on social support or the social pension in force on the last day of each month, in the
-- benefit ledger: beside the figure of the social assistance register, which is not linked.
select
    observed.month,
    coalesce(decision.area_34, '_U') as area_34,
    '_U' as area_63,
    '_T' as sex,
    '_T' as age,
    '_T' as breakdown,
    '_T' as category,
    count(distinct decision.person_key) as persons
from {{ ref('fct_benefit') }} as decision
inner join {{ ref('dim_month') }} as observed
    on
        observed.is_observed
        and decision.benefit_from <= observed.month_end
        and coalesce(decision.benefit_to, {{ forever() }}) >= observed.month_end
where
    decision.benefit_type in ('social_support', 'social_pension')
    and decision.status in ('granted', 'terminated')
group by observed.month, coalesce(decision.area_34, '_U')
