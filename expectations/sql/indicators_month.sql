-- One row per indicator, month and area list: is the cube whole, do its parts add up, is each figure possible.
with figure as (
    select
        *, area = 'VN' as national, sex = '_T' as both_sexes, age = '_T' as all_ages,
        lag(value) over (partition by indicator, area_list, area, sex, age order by period) as value_before
    from indicators.indicator_observation
),

cell as (
    select
        indicator, period, area_list,
        count(*) as cells,
        count(*) - count(distinct (area, sex, age)) as duplicates,
        count(distinct area) as areas,
        count(distinct sex) as sexes,
        count(distinct age) as ages,
        count(*) filter (where obs_status <> 'M' and coalesce(denominator, 0) <= 0) as without_denominator,
        count(*) filter (where obs_status <> 'M' and coalesce(numerator, -1) < 0) as without_numerator,
        count(*) filter (where coalesce(denominator_concept, '') = '') as without_concept,
        count(*) filter (
            where denominator > 0 and abs(coalesce(value, -1) - 100 * numerator / denominator) > 0.0001
        ) as miscalculated,
        count(*) filter (where numerator > denominator) / count(*)::numeric as share_above_100,
        coalesce(max(value) filter (where national and both_sexes and all_ages), -1) as national_value,
        coalesce(max(abs(value - value_before)) filter (where national and both_sexes and all_ages), 0) as national_jump,
        count(*) filter (where national and value > 101) as national_above_101,
        count(*) filter (where value < 0) as negative
    from figure
    group by indicator, period, area_list
),

-- Sums over areas, sexes and ages against the total row of the same group; the largest gap, as a share of the total.
part as (
    select
        indicator, period, area_list, 'area' as dimension, numerator, denominator, national as whole,
        concat(sex, age) as slice
    from figure
    union all
    select indicator, period, area_list, 'sex', numerator, denominator, both_sexes, concat(area, age) from figure
    union all
    select indicator, period, area_list, 'age', numerator, denominator, all_ages, concat(area, sex) from figure
),

slice as (
    select
        indicator, period, area_list, dimension,
        greatest(
            abs(sum(numerator) filter (where not whole) - sum(numerator) filter (where whole))
            / nullif(sum(numerator) filter (where whole), 0),
            abs(sum(denominator) filter (where not whole) - sum(denominator) filter (where whole))
            / nullif(sum(denominator) filter (where whole), 0)
        ) as gap
    from part
    group by indicator, period, area_list, dimension, slice
),

gap as (
    select
        indicator, period, area_list,
        coalesce(max(gap) filter (where dimension = 'area'), 0) as area_gap,
        coalesce(max(gap) filter (where dimension = 'sex'), 0) as sex_gap,
        coalesce(max(gap) filter (where dimension = 'age'), 0) as age_gap
    from slice
    group by indicator, period, area_list
)

select
    concat(cell.indicator, ' ', cell.period, ' list ', cell.area_list) as figure,
    cell.duplicates,
    -- A denominator that counts persons has no row where nobody lives; a reference figure has them all.
    case when cell.indicator <> 'PENS_COV' then cell.areas - listed.areas end as areas_off,
    case when cell.indicator = 'PENS_COV' then listed.areas - cell.areas end as areas_without_persons,
    case when cell.indicator <> 'PENS_COV' then cell.areas * cell.sexes * cell.ages - cell.cells end as cells_missing,
    cell.sexes - 3 as sexes_off,
    cell.without_denominator, cell.without_numerator, cell.without_concept, cell.miscalculated, cell.negative,
    cell.national_value::double precision,
    cell.national_above_101,
    cell.national_jump::double precision,
    cell.share_above_100::double precision,
    gap.area_gap::double precision,
    gap.sex_gap::double precision,
    gap.age_gap::double precision
from cell
inner join gap using (indicator, period, area_list)
inner join (values ('34', 35), ('63', 64)) as listed (area_list, areas) using (area_list)
