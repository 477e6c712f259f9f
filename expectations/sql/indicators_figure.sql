-- One row per indicator and period on the list of 34: keys, values, and parts against their total.
with figure as (
    select
        observed.*,
        catalogue.bounded,
        -- Means of months are rounded, each by itself.
        case catalogue.accounting when 'average' then 0.5 else 0 end as rounding,
        -- Categories that overlap, and other units, do not add up.
        breakdown = 'measure' or breakdown = any (string_to_array(coalesce(catalogue.overlapping, ''), ',')) as apart
    from indicators.indicator_observation as observed
    inner join indicators.indicator as catalogue using (indicator)
    where area_list = '34'
),

cell as (
    select
        indicator, freq, period,
        count(*) - count(distinct (area, sex, age, breakdown, category)) as duplicates,
        count(*) filter (
            where abs(value - case figure.unit
                when 'PT' then 100 * numerator / nullif(denominator, 0)
                when 'IX' then numerator / nullif(denominator, 0)
                else numerator
            end) > 0.0001
        ) as miscalculated,
        count(*) filter (where value is null and obs_status <> 'M') as without_value,
        count(*) filter (where value < 0 and figure.unit <> 'VND') as negative,
        count(*) filter (where bounded and figure.unit = 'PT' and value > 100) as above_100,
        count(*) filter (where not (lower <= value and value <= upper)) as outside_interval,
        count(*) filter (where largest_1 + coalesce(largest_2, 0) > numerator or largest_2 > largest_1) as dominance_off,
        count(*) filter (where area = 'VN' and sex = '_T' and age = '_T' and breakdown = '_T') as totals,
        count(*) filter (where breakdown <> '_T' and label.category is null) as unlabelled
    from figure
    left join indicators.indicator_category as label using (breakdown, category)
    group by indicator, freq, period
),

-- Each sum of parts beside its whole: over areas, sexes, ages and the categories of a breakdown.
part as (
    select
        indicator, period, 'area' as dimension,
        sum(numerator) filter (where area <> 'VN') as parts,
        sum(numerator) filter (where area = 'VN') as whole,
        sum(rounding) as slack
    from figure
    -- A rare category is a handful of persons, whose areas may all be unknown.
    where breakdown = '_T'
    group by indicator, period, sex, age
    union all
    select
        indicator, period, 'sex', sum(numerator) filter (where sex <> '_T'),
        sum(numerator) filter (where sex = '_T'), sum(rounding)
    from figure where age = '_T' and breakdown = '_T' group by indicator, period, area
    union all
    select
        indicator, period, 'age', sum(numerator) filter (where age <> '_T'),
        sum(numerator) filter (where age = '_T'), sum(rounding)
    from figure where sex = '_T' and breakdown = '_T' group by indicator, period, area
    union all
    select
        figure.indicator, figure.period, 'breakdown', sum(figure.numerator), max(total.numerator), sum(figure.rounding)
    from figure
    inner join figure as total
        on
            figure.indicator = total.indicator and figure.period = total.period and figure.area = total.area
            and total.sex = '_T' and total.age = '_T' and total.breakdown = '_T'
    where figure.breakdown <> '_T' and not figure.apart
    group by figure.indicator, figure.period, figure.area, figure.breakdown
),

gap as (
    select
        indicator, period,
        -- Parts that are not told apart have no sum; what is unknown is missing from it.
        coalesce(max(difference / nullif(abs(whole), 0)) filter (where dimension = 'area'), 0) as area_gap,
        coalesce(max(difference / nullif(abs(whole), 0)) filter (where dimension = 'sex'), 0) as sex_gap,
        coalesce(max(difference / nullif(abs(whole), 0)) filter (where dimension = 'age'), 0) as age_gap,
        coalesce(max(difference) filter (where dimension = 'breakdown'), 0) as breakdown_gap
    from (select *, greatest(abs(parts - whole) - slack, 0) as difference from part) as compared
    group by indicator, period
)

select
    concat(cell.indicator, ' ', cell.period) as figure,
    cell.duplicates, cell.miscalculated, cell.without_value, cell.negative, cell.above_100, cell.outside_interval,
    cell.dominance_off, cell.unlabelled,
    cell.totals,
    gap.area_gap::double precision,
    gap.sex_gap::double precision,
    gap.age_gap::double precision,
    gap.breakdown_gap::double precision
from cell
inner join gap using (indicator, period)
