-- Resident population of the country as published, one figure a month; the average population comes first.
with ranked as (
    select
        last_month,
        published as population,
        row_number() over (
            partition by last_month
            order by case when published_as = 'Population, average' then 0 else 1 end
        ) as place
    from {{ ref('int_published_national') }}
    where published_as in ('Population, average', 'Implied HI denominator (population)')
)

select
    last_month,
    cast(population as numeric(20, 0)) as population
from ranked
where place = 1
