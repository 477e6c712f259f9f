-- One row per figure that the agency has published: how far the national figure of the same month lies from it.
with published as (
    select
        case indicator
            when 'SI coverage' then 'SI_COV'
            when 'SI coverage, voluntary' then 'SI_COV_VOL'
            when 'UI coverage' then 'UI_COV'
            when 'HI coverage' then 'HI_COV'
            when 'Participants verified against population database' then 'LINK_RATE'
        end as indicator,
        case when length(period) = 4 then period || '-12' else left(period, 7) end as period,
        value::numeric as value
    from indicators.published_figures
    -- Shares only, whose unit starts with the per cent sign.
    where area = 'Viet Nam' and ascii(unit) = 37
)

select
    concat(published.indicator, ' ', published.period) as figure,
    abs(observed.value - published.value)::double precision as points_apart
from published
inner join indicators.indicator_observation as observed
    on
        published.indicator = observed.indicator and published.period = observed.period
        and observed.area = 'VN' and observed.sex = '_T' and observed.age = '_T' and observed.area_list = '34'
