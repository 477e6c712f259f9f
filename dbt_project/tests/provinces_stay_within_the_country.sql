-- Provinces of a list never add up to more than the country; persons of unknown province are in the country alone.
select
    indicator,
    period,
    area_list,
    sex,
    age
from {{ ref('indicator_observation') }}
group by indicator, period, area_list, sex, age
having
    sum(case when area = 'VN' then numerator else 0 end) < sum(case when area = 'VN' then 0 else numerator end)
    or sum(case when area = 'VN' then denominator else 0 end) < sum(case when area = 'VN' then 0 else denominator end)
