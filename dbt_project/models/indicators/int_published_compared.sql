-- Published figures beside ours: a year beside the annual figure and, for a stock, its December; where there is no
-- annual figure, months of cases and money add up. Persons never do.
with published as (
    select
        figure.*,
        pairs.indicator,
        pairs.breakdown,
        pairs.category,
        pairs.compared,
        pairs.bridge_en,
        pairs.bridge_vi,
        catalogue.accounting,
        pairs.additive and figure.span <> 'month' and not (figure.span = 'year' and catalogue.freqs like '%A%')
            as is_sum
    from {{ ref('int_published_national') }} as figure
    inner join {{ ref('published_figure_map') }} as pairs
        on figure.published_as = pairs.published_as and figure.unit = pairs.unit
    inner join {{ ref('indicator') }} as catalogue on pairs.indicator = catalogue.indicator
),

ours as (
    select
        indicator,
        freq,
        period,
        breakdown,
        category,
        numerator,
        value
    from {{ ref('indicator_observation') }}
    where area_list = '34' and area = 'VN' and sex = '_T' and age = '_T' and value is not null
),

paired as (
    select
        published.*,
        case when published.is_sum then published.published_period else ours.period end as period,
        case when published.compared = 'numerator' then ours.numerator else ours.value end as computed
    from published
    inner join ours
        on
            published.indicator = ours.indicator
            and published.breakdown = ours.breakdown
            and published.category = ours.category
    where
        (ours.freq = 'A' and published.span = 'year' and ours.period = published.published_period)
        or (
            ours.freq = 'M'
            and ours.period between published.first_period and published.last_period
            and (
                published.is_sum
                or published.span = 'month'
                or (
                    published.span = 'year' and published.accounting = 'stock' and ours.period = published.last_period
                )
            )
        )
)

select
    indicator,
    period,
    breakdown,
    category,
    published_as,
    published_period,
    span,
    last_period,
    last_month,
    published,
    unit,
    base_as_worded,
    bridge_en,
    bridge_vi,
    accounting,
    source_title,
    source_url,
    cast(sum(computed) as numeric(24, 4)) as computed
from paired
group by
    indicator, period, breakdown, category, published_as, published_period, span, last_period, last_month, published,
    unit, base_as_worded, bridge_en, bridge_vi, accounting, source_title, source_url, is_sum, months
having count(*) = case when is_sum then months else 1 end
