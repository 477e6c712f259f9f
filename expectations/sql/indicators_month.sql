-- One row per headline indicator, month and area list: is the cube whole, do its parts add up, is each figure possible.
with figure as (
    select
        indicator, period, area_list, area, sex, age, numerator, denominator, value, obs_status, denominator_concept,
        area = 'VN' as national,
        sex = '_T' as both_sexes,
        age = '_T' as all_ages,
        area = 'VN' and sex = '_T' and age = '_T' as total
    from indicators.indicator_observation
    where
        freq = 'M' and breakdown = '_T'
        and indicator = any (array['SI_COV', 'SI_COV_VOL', 'UI_COV', 'HI_COV', 'PENS_COV', 'LINK_RATE'])
),

cell as (
    select
        indicator, period, area_list,
        count(*) as cells,
        count(*) - count(distinct concat(area, '/', sex, '/', age)) as duplicates,
        count(distinct area) as areas,
        count(distinct sex) as sexes,
        count(distinct age) as ages,
        count(*) filter (where national) as national_cells,
        count(*) filter (where obs_status <> 'M' and coalesce(denominator, 0) <= 0) as without_denominator,
        count(*) filter (where obs_status <> 'M' and coalesce(numerator, -1) < 0) as without_numerator,
        count(*) filter (where coalesce(denominator_concept, '') = '') as without_concept,
        count(*) filter (
            where denominator > 0 and abs(coalesce(value, -1) - 100 * numerator / denominator) > 0.0001
        ) as miscalculated,
        count(*) filter (where numerator > denominator) / count(*)::numeric as share_above_100,
        coalesce(max(value) filter (where total), -1) as national_value,
        count(*) filter (where national and value > 101) as national_above_101,
        count(*) filter (where value < 0) as negative
    from figure
    group by indicator, period, area_list
),

-- Sums over areas, sexes or ages against the total row of the same group; the gap is a share of the total.
slice as (
    select
        indicator, period, area_list,
        grouping(area) = 1 as over_areas,
        grouping(sex) = 1 as over_sexes,
        sum(numerator) filter (where national) as numerator_vn,
        sum(numerator) filter (where both_sexes) as numerator_sexes,
        sum(numerator) filter (where all_ages) as numerator_ages,
        sum(denominator) filter (where national) as denominator_vn,
        sum(denominator) filter (where both_sexes) as denominator_sexes,
        sum(denominator) filter (where all_ages) as denominator_ages,
        sum(numerator) as numerator,
        sum(denominator) as denominator
    from figure
    group by
        indicator, period, area_list,
        grouping sets ((sex, age), (area, age), (area, sex))
),

whole as (
    select
        *,
        case when over_areas then numerator_vn when over_sexes then numerator_sexes else numerator_ages end as n,
        case when over_areas then denominator_vn when over_sexes then denominator_sexes else denominator_ages end as d
    from slice
),

gap as (
    select
        indicator, period, area_list,
        coalesce(max(gap) filter (where over_areas), 0) as area_gap,
        coalesce(max(gap) filter (where over_sexes), 0) as sex_gap,
        coalesce(max(gap) filter (where not over_areas and not over_sexes), 0) as age_gap
    from (
        -- Parts and whole are summed together, so the parts are what is left without the whole.
        select *, greatest(abs(numerator - 2 * n) / nullif(n, 0), abs(denominator - 2 * d) / nullif(d, 0)) as gap
        from whole
    ) as compared
    group by indicator, period, area_list
)

select
    concat(cell.indicator, ' ', cell.period, ' list ', cell.area_list) as figure,
    cell.duplicates,
    -- A denominator that counts persons has no row where nobody lives; a reference figure has every area.
    case when cell.indicator <> 'PENS_COV' then cell.areas - listed.areas end as areas_off,
    case when cell.indicator = 'PENS_COV' then listed.areas - cell.areas end as areas_without_persons,
    cell.sexes * cell.ages - cell.national_cells as national_cells_missing,
    (1 - cell.cells::numeric / (cell.areas * cell.sexes * cell.ages))::double precision as cells_missing_share,
    cell.sexes - 3 as sexes_off,
    cell.without_denominator, cell.without_numerator, cell.without_concept, cell.miscalculated, cell.negative,
    cell.national_value::double precision,
    cell.national_above_101,
    coalesce(
        abs(cell.national_value - lag(cell.national_value) over (
            partition by cell.indicator, cell.area_list order by cell.period
        )), 0
    )::double precision as national_jump,
    cell.share_above_100::double precision,
    gap.area_gap::double precision,
    gap.sex_gap::double precision,
    gap.age_gap::double precision
from cell
inner join gap using (indicator, period, area_list)
inner join (values ('34', 35), ('63', 64)) as listed (area_list, areas) using (area_list)
