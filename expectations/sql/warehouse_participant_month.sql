-- One row per loaded month: who contributed, compared with the month before.
with counted as (
    select
        dim_month.month,
        count(distinct fact.person_key) as participants,
        count(distinct fact.person_key) filter (where fact.kind = 'voluntary') as voluntary,
        count(distinct fact.person_key) filter (where fact.ui_amount > 0) as insured_unemployment
    from warehouse.dim_month
    left join warehouse.fct_contribution_month as fact on dim_month.month = fact.month
    where dim_month.is_observed
    group by dim_month.month
),

participation as (
    select
        month,
        avg((
            contributes_after_death or has_two_employers or benefits_and_contributes or claims_on_expired_card
        )::integer)::double precision as conflict_share
    from warehouse.fct_participation_month
    group by month
)

select
    to_char(counted.month, 'YYYY-MM') as month,
    participants,
    coalesce(
        (extract(year from counted.month) - extract(year from lag(counted.month) over by_month)) * 12
        + extract(month from counted.month) - extract(month from lag(counted.month) over by_month),
        1
    )::integer as months_before,
    (participants::numeric / nullif(lag(participants) over by_month, 0))::double precision as change,
    (voluntary::numeric / nullif(participants, 0))::double precision as voluntary_share,
    (insured_unemployment::numeric / nullif(participants, 0))::double precision as insured_unemployment_share,
    participation.conflict_share
from counted
left join participation on counted.month = participation.month
window by_month as (order by counted.month)
