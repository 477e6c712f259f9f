-- National figures against the published ones. A count in a country of another size is compared with the published
-- count scaled by the population; sizes within a tenth are one country.
with population as (
    select
        period,
        denominator as reference
    from {{ ref('indicator_observation') }}
    where
        indicator = 'HI_COV' and freq = 'M' and area_list = '34' and area = 'VN' and sex = '_T' and age = '_T'
        and breakdown = '_T'
),

ranked as (
    select
        compared.*,
        population.reference,
        published.population,
        row_number() over (
            partition by
                compared.indicator,
                compared.period,
                compared.published_as,
                compared.published_period,
                compared.published
            order by abs(compared.last_month - published.last_month), published.last_month desc
        ) as place
    from {{ ref('int_published_compared') }} as compared
    cross join {{ ref('published_population') }} as published
    left join population on compared.last_period = population.period
),

scaled as (
    select
        *,
        cast(
            case
                when unit in ('PT', 'IX') or reference / population between 0.9 and 1.1 then 1
                else reference / population
            end as numeric(24, 10)
        ) as scale
    from ranked
    where place = 1
)

select
    indicator,
    period,
    cast('VN' as {{ dbt.type_string() }}) as area,
    breakdown,
    category,
    published_as,
    published,
    cast(unit as {{ dbt.type_string() }}) as published_unit,
    computed,
    scale,
    cast(round(computed - published * scale, 4) as numeric(24, 4)) as difference,
    base_as_worded,
    {{ bridge('en') }} as bridge_en,
    {{ bridge('vi') }} as bridge_vi,
    source_title,
    source_url
from scaled
-- A count cannot be compared where the population is not known.
where scale is not null
