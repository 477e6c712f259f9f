{{ config(alias='dim_month') }}

select
    month,
    period,
    month_end,
    year,
    quarter,
    month_of_year,
    area_list
from {{ ref('dim_month') }}
where is_observed
