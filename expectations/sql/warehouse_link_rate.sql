-- One row per loaded month: the participants outside the armed forces who are in the population register.
with counted as (
    select
        month,
        sum(linked_participants) / nullif(sum(participants), 0)::numeric as rate
    from warehouse.int_members_counted
    where breakdown = '_T'
    group by month
)

select
    to_char(month, 'YYYY-MM') as month,
    coalesce(rate, 0)::double precision as link_rate,
    greatest(lag(rate) over (order by month) - rate, 0)::double precision as drop
from counted
