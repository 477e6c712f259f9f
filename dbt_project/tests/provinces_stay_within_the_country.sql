-- Provinces of a list never add up to more than the country; persons of unknown province are in the country alone.
-- Means of months are rounded, each by itself, and left out.
select
    observation.indicator,
    observation.period,
    observation.area_list,
    observation.sex,
    observation.age,
    observation.breakdown,
    observation.category
from {{ ref('indicator_observation') }} as observation
inner join {{ ref('indicator') }} as indicator on observation.indicator = indicator.indicator
where indicator.accounting <> 'average'
group by 1, 2, 3, 4, 5, 6, 7
having
    sum(case when area = 'VN' then numerator else 0 end) < sum(case when area = 'VN' then 0 else numerator end)
    or sum(case when area = 'VN' then denominator else 0 end) < sum(case when area = 'VN' then 0 else denominator end)
