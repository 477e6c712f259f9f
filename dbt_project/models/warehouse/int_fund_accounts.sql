-- Revenue and expenditure of all funds, and of each one, by month and province, from the finance ledger.
with finance as (
    select
        ledger.month,
        coalesce({{ area_34('ledger.area_list', 'ledger.province_code') }}, '_U') as area_34,
        '_T' as sex,
        '_T' as age,
        ledger.fund,
        ledger.revenue,
        ledger.revenue_contributions,
        ledger.expenditure
    from {{ ref('stg_vss__finance') }} as ledger
    {{ join_crosswalk('ledger.area_list', 'ledger.province_code') }}
)

{{ count_events(
    'finance',
    ['fund'],
    {
        'revenue': 'sum(revenue)',
        'revenue_contributions': 'sum(revenue_contributions)',
        'expenditure': 'sum(expenditure)',
    },
    time='month'
) }}
