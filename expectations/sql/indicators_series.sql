-- One row per indicator and area list: every month that was loaded has its figures.
with loaded as (
    select distinct period from ingest.batch where state = 'loaded' and registry = 'vss' and dataset = 'contribution'
),

expected as (
    select indicator, area_list, period
    from unnest(array['SI_COV', 'SI_COV_VOL', 'UI_COV', 'HI_COV', 'PENS_COV']) as indicator
    cross join unnest(array['34', '63']) as area_list
    cross join loaded
    -- The list of 63 provinces ends with the merger of 2025-07-01.
    where area_list = '34' or period <= '2025-06'
)

select
    concat(expected.indicator, ' list ', expected.area_list) as series,
    count(distinct expected.period) - count(distinct present.period) as months_missing
from expected
left join
    (select distinct indicator, area_list, period from indicators.indicator_observation) as present
    using (indicator, area_list, period)
group by expected.indicator, expected.area_list
