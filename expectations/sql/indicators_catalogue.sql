-- One row per indicator of the catalogue: does every period that can be published have its figure.
with expected as (
    select catalogue.indicator, catalogue.origin, period.period
    from indicators.indicator as catalogue
    inner join warehouse.dim_period as period
        on
            period.freq = any (string_to_array(replace(catalogue.freqs, ' ', ''), ','))
            and case when catalogue.accounting = 'stock' then period.ends_observed else period.is_whole end
),

present as (
    select distinct indicator, period from indicators.indicator_observation
    where area_list = '34' and area = 'VN' and sex = '_T' and age = '_T'
)

select
    expected.indicator,
    count(*) - count(present.period) as periods_missing,
    (count(present.period) = 0 and max(expected.origin) = 'computed')::int as without_figures
from expected
left join present using (indicator, period)
group by expected.indicator
